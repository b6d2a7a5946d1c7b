package dev.brood.process;

import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.spawn.Started;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one child: our ends of its pipes, what its command wants of them, and when they
 * are done. Connected once, before the child is shown to anybody.
 */
final class ChildStreams {
  private final Child child;
  private final Command command;
  private final OutputSlot stdout = new OutputSlot(Line.Stream.STDOUT);
  private final OutputSlot stderr = new OutputSlot(Line.Stream.STDERR);
  private final Map<Integer, ChildOutput> outputs = new HashMap<>(0);
  private final Map<Integer, ChildInput> inputs = new HashMap<>(0);
  private @Nullable ChildInput stdin;
  private @Nullable WriteEnd feed;
  private @Nullable SourcePump source;
  private @Nullable Thread sourceThread;

  ChildStreams(Child child) {
    this.child = child;
    this.command = child.command();
  }

  /**
   * Connects what was started.
   *
   * @param given the standard descriptors that belong to somebody else, a pipeline
   */
  void connect(StdioPlan stdio, Started started, SinkFiles files, Set<Integer> given) {
    WriteEnd input = started.writes().get(0);
    if (input != null && !given.contains(0)) {
      connectInput(stdio.stdin(), input);
    }
    for (int number = 1; number <= 2; number++) {
      ReadEnd end = started.reads().get(number);
      if (end != null && !given.contains(number)) {
        boolean out = stdio.fed(number) == 1;
        connectOutput(out ? stdout : stderr, end, out ? stdio.stdout() : stdio.stderr(), files);
      }
    }
    started
        .reads()
        .forEach((number, end) -> {
          if (number > 2) {
            outputs.put(number, new ChildOutput(command, end));
          }
        });
    started
        .writes()
        .forEach((number, end) -> {
          if (number > 2) {
            inputs.put(number, new ChildInput(command, end));
          }
        });
  }

  /**
   * Begins to move bytes.
   *
   * @param headStart whether what goes into memory may wait for {@link #headStartOver} or the end
   */
  void begin(boolean headStart) {
    stdout.begin(child, headStart);
    stderr.begin(child, headStart);
    if (source != null) {
      sourceThread = Thread.ofVirtual().name("brood-input-" + child.pid()).start(source);
    }
  }

  /** The child lives longer than its head start: its output is read from now on. */
  void headStartOver() {
    stdout.pushLate(child);
    stderr.pushLate(child);
  }

  /** Reads into memory what nobody has begun to read, so that waiting for the child can end. */
  void captureUnclaimed() {
    stdout.captureUnclaimed(child, command.spec().outputLimit);
    stderr.captureUnclaimed(child, command.spec().outputLimit);
  }

  /**
   * Waits until both outputs are done, but not for ever for one that the user reads and of which a
   * further sink keeps something.
   */
  void awaitDone() throws InterruptedException {
    long readNanos = Times.nanos(command.spec().drainGrace);
    stdout.awaitDone(readNanos);
    stderr.awaitDone(readNanos);
  }

  /** The child has ended: what strangers still write is waited for no longer than this. */
  void finish(long deadlineNanos) {
    stdout.finish(child, deadlineNanos);
    stderr.finish(child, deadlineNanos);
    outputs.values().forEach(output -> output.end().finish(deadlineNanos));
    if (feed != null) {
      feed.close();
    }
    if (sourceThread != null) {
      sourceThread.interrupt();
    }
  }

  /** Lets go of everything; harmless for whoever still writes. */
  void release() {
    if (stdin != null) {
      stdin.close();
    }
    if (feed != null) {
      feed.close();
    }
    stdout.abandon();
    stderr.abandon();
    inputs.values().forEach(ChildInput::close);
    outputs.values().forEach(ChildOutput::abandon);
  }

  ChildInput stdin() {
    return present(stdin, "stdin", "stdin(Stdio.pipe())");
  }

  ChildOutput output(Line.Stream stream) {
    String name = stream == Line.Stream.STDOUT ? "stdout" : "stderr";
    return present(slot(stream).output(), name, name + "(Stdio.pipe())");
  }

  ChildInput input(int number) {
    return present(inputs.get(number), "input " + number, "descriptor(" + number + ", ...)");
  }

  ChildOutput output(int number) {
    return present(outputs.get(number), "output " + number, "descriptor(" + number + ", ...)");
  }

  /** The outputs that the user reads. */
  List<ChildOutput> readable() {
    return Stream.of(stdout.output(), stderr.output()).filter(Objects::nonNull).toList();
  }

  OutputSlot slot(Line.Stream stream) {
    return stream == Line.Stream.STDOUT ? stdout : stderr;
  }

  CompletableFuture<Void> done() {
    return CompletableFuture.allOf(stdout.done(), stderr.done());
  }

  private void connectInput(Stdio.Source from, WriteEnd end) {
    switch (from) {
      case Stdio.Pipe pipe -> stdin = new ChildInput(command, end);
      case Stdio.Bytes(byte[] bytes) -> {
        feed = end;
        end.feed(bytes);
      }
      case Stdio.StreamSource(InputStream stream) -> {
        feed = end;
        source = new SourcePump(child, stream, end);
      }
      case Stdio.ChannelStdio(ByteChannel channel) -> {
        feed = end;
        source = new SourcePump(child, Channels.newInputStream(channel), end);
      }
      case Stdio.None none -> {}
      case Stdio.Inherit inherit -> {}
      case Stdio.FileStdio file -> {}
      case Stdio.DescriptorStdio descriptor -> {}
    }
  }

  private void connectOutput(
      OutputSlot slot, ReadEnd end, List<Stdio.Sink> sinks, SinkFiles files) {
    if (sinks.size() == 1) {
      MemorySink memory = memorySink(slot.stream(), sinks.getFirst());
      if (memory != null) {
        slot.push(end, memory);
        return;
      }
    }
    List<ByteTarget> targets = new ArrayList<>();
    boolean pulled = false;
    for (Stdio.Sink sink : sinks) {
      if (sink instanceof Stdio.Pipe) {
        pulled = true;
      } else {
        targets.add(target(slot, sink, files));
      }
    }
    if (pulled) {
      slot.pull(child, end, targets);
    } else {
      slot.pump(child, end, targets);
    }
  }

  private ByteTarget target(OutputSlot slot, Stdio.Sink sink, SinkFiles files) {
    Line.Stream stream = slot.stream();
    return switch (sink) {
      case Stdio.Capture capture -> remembered(slot, sink);
      case Stdio.Tail tail -> remembered(slot, sink);
      case Stdio.Inherit inherit ->
          new StreamTarget(
              new FileOutputStream(
                  stream == Line.Stream.STDOUT ? FileDescriptor.out : FileDescriptor.err),
              false);
      case Stdio.FileStdio file -> new StreamTarget(files.stream(file), true);
      case Stdio.StreamSink(OutputStream target) -> new StreamTarget(target, false);
      case Stdio.OwnStreamSink(var maker) -> new OwnStreamTarget(maker, child.pid());
      case Stdio.ChannelStdio(ByteChannel channel) ->
          new StreamTarget(Channels.newOutputStream(channel), false);
      case Stdio.LineSink(var consumer) -> new LineTarget(stream, command.charset(), consumer);
      case Stdio.None none -> new StreamTarget(OutputStream.nullOutputStream(), false);
      case Stdio.Pipe pipe -> throw new AssertionError("a pipe is read by the user");
      case Stdio.ToStream other -> throw new AssertionError("another stream is no sink of bytes");
      case Stdio.DescriptorStdio own -> throw new AssertionError("refused by StdioPlan.sinks");
    };
  }

  private ByteTarget remembered(OutputSlot slot, Stdio.Sink sink) {
    MemorySink memory = memorySink(slot.stream(), sink);
    if (memory == null) {
      throw new AssertionError("not kept in memory: " + sink);
    }
    slot.copy(memory);
    return new MemoryTarget(memory);
  }

  private @Nullable MemorySink memorySink(Line.Stream stream, Stdio.Sink sink) {
    return switch (sink) {
      case Stdio.Capture(long limit) ->
          MemorySink.capture(limit, () -> child.overflowed(stream, limit));
      case Stdio.Tail(long limit) -> MemorySink.tail(limit);
      default -> null;
    };
  }

  private <T> T present(@Nullable T stream, String name, String remedy) {
    if (stream == null) {
      throw new IllegalStateException(
          name + " of " + Quoting.shown(command.commandLine()) + " is no pipe; say " + remedy);
    }
    return stream;
  }
}
