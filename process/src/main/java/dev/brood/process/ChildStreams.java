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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Connects our ends of a started child's pipes with what its command wants of them. */
final class ChildStreams {
  private final Child child;
  private final Command command;
  private final StdioPlan stdio;
  private final Started started;
  private final SinkFiles files;
  private final Set<Integer> given;

  ChildStreams(Child child, StdioPlan stdio, Started started, SinkFiles files, Set<Integer> given) {
    this.child = child;
    this.command = child.command();
    this.stdio = stdio;
    this.started = started;
    this.files = files;
    this.given = given;
  }

  void connect() {
    if (!given.contains(0)) {
      connectInput();
    }
    for (int number = 1; number <= 2; number++) {
      ReadEnd end = started.reads().get(number);
      if (end != null && !given.contains(number)) {
        int stream = stdio.fed(number);
        List<Stdio.Sink> sinks = stream == 1 ? stdio.stdout() : stdio.stderr();
        connectOutput(stream == 1 ? Line.Stream.STDOUT : Line.Stream.STDERR, end, sinks);
      }
    }
    for (Map.Entry<Integer, ReadEnd> extra : started.reads().entrySet()) {
      if (extra.getKey() > 2) {
        ChildOutput output =
            new ChildOutput(
                command, Line.Stream.STDOUT, extra.getValue(), List.of(), () -> {}, () -> {});
        child.addExtra(extra.getKey(), output);
      }
    }
    for (Map.Entry<Integer, WriteEnd> extra : started.writes().entrySet()) {
      if (extra.getKey() > 2) {
        child.addExtra(extra.getKey(), new ChildInput(command, extra.getValue()));
      }
    }
  }

  private void connectInput() {
    WriteEnd end = started.writes().get(0);
    if (end == null) {
      return;
    }
    switch (stdio.stdin()) {
      case Stdio.Pipe pipe -> child.setStdin(new ChildInput(command, end));
      case Stdio.Bytes(byte[] bytes) -> {
        child.setFeed(end, null);
        end.feed(bytes);
      }
      case Stdio.StreamSource(InputStream stream) ->
          child.setFeed(end, new SourcePump(child, stream, end));
      case Stdio.ChannelStdio(ByteChannel channel) ->
          child.setFeed(end, new SourcePump(child, Channels.newInputStream(channel), end));
      case Stdio.None none -> {}
      case Stdio.Inherit inherit -> {}
      case Stdio.FileStdio file -> {}
      case Stdio.DescriptorStdio descriptor -> {}
    }
  }

  private void connectOutput(Line.Stream stream, ReadEnd end, List<Stdio.Sink> sinks) {
    if (sinks.size() == 1) {
      MemorySink memory = memorySink(stream, sinks.getFirst());
      if (memory != null) {
        child.slot(stream).push(end, memory);
        return;
      }
    }
    List<ByteTarget> targets = new ArrayList<>();
    boolean pulled = false;
    for (Stdio.Sink sink : sinks) {
      if (sink instanceof Stdio.Pipe) {
        pulled = true;
      } else {
        targets.add(target(stream, sink));
      }
    }
    if (pulled) {
      child.slot(stream).pull(child, end, targets);
    } else {
      child.slot(stream).pump(child, end, targets);
    }
  }

  private ByteTarget target(Line.Stream stream, Stdio.Sink sink) {
    return switch (sink) {
      case Stdio.Capture capture -> remembered(stream, sink);
      case Stdio.Tail tail -> remembered(stream, sink);
      case Stdio.Inherit inherit ->
          new StreamTarget(
              new FileOutputStream(
                  stream == Line.Stream.STDOUT ? FileDescriptor.out : FileDescriptor.err),
              false);
      case Stdio.FileStdio file -> new StreamTarget(files.stream(file), true);
      case Stdio.StreamSink(OutputStream target) -> new StreamTarget(target, false);
      case Stdio.ChannelStdio(ByteChannel channel) ->
          new StreamTarget(Channels.newOutputStream(channel), false);
      case Stdio.LineSink(var consumer) -> new LineTarget(stream, command.charset(), consumer);
      case Stdio.None none -> new StreamTarget(OutputStream.nullOutputStream(), false);
      case Stdio.Pipe pipe -> throw new AssertionError("a pipe is read by the user");
      case Stdio.ToStream other -> throw new AssertionError("another stream is no sink of bytes");
      case Stdio.DescriptorStdio own -> throw new AssertionError("refused by StdioPlan.sinks");
    };
  }

  private ByteTarget remembered(Line.Stream stream, Stdio.Sink sink) {
    MemorySink memory = memorySink(stream, sink);
    if (memory == null) {
      throw new AssertionError("not kept in memory: " + sink);
    }
    child.slot(stream).copy(memory);
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
}
