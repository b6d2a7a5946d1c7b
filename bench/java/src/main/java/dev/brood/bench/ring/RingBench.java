package dev.brood.bench.ring;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.SharedRing;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Measures rings and channels between two JVMs: {@code RingBench [rounds]}. Each figure is the
 * median of the rounds after one that warms up.
 */
public final class RingBench {
  private static final long CAPACITY = 16 << 20;
  private static final int MIB = 1 << 20;

  /** How records go through a ring. */
  private enum Style {
    COPY,
    IN_PLACE
  }

  /** One round: a figure. */
  private interface Round {
    double run() throws Exception;
  }

  private RingBench() {}

  /** The parent, or with more arguments the child. */
  public static void main(String[] args) throws Exception {
    if (args.length > 1) {
      onThread(args[1].equals("virtual"), () -> child(args[0]));
      return;
    }
    int rounds = args.length == 1 ? Integer.parseInt(args[0]) : 5;
    for (String thread : new String[] {"platform", "virtual"}) {
      boolean virtual = thread.equals("virtual");
      onThread(
          virtual,
          () -> {
            ring(thread, rounds);
            channel(thread, rounds);
            return null;
          });
    }
  }

  private static void ring(String thread, int rounds) throws Exception {
    try (ForkedChild child = fork("ring", thread);
        SharedRing out = SharedRing.toWrite(CAPACITY);
        SharedRing in = SharedRing.toRead(CAPACITY)) {
      boolean unused = child.send("out", out.handle());
      unused = child.send("in", in.handle());
      tell(
          "ring, " + thread + ", 1 MiB, copied",
          "MB/s",
          rounds,
          () -> ringFlow(child, out, in, 4_000, MIB, Style.COPY));
      tell(
          "ring, " + thread + ", 1 MiB, in place",
          "MB/s",
          rounds,
          () -> ringFlow(child, out, in, 8_000, MIB, Style.IN_PLACE));
      tell(
          "ring, " + thread + ", 100 B",
          "messages/s",
          rounds,
          () -> ringFlow(child, out, in, 5_000_000, 100, Style.COPY));
      tell(
          "ring, " + thread + ", 100 B round trip",
          "us",
          rounds,
          () -> ringTrip(child, out, in, 50_000));
    }
  }

  private static void channel(String thread, int rounds) throws Exception {
    try (ForkedChild child = fork("channel", thread)) {
      tell(
          "channel, " + thread + ", 1 MiB",
          "MB/s",
          rounds,
          () -> channelFlow(child.channel(), 500, MIB));
      tell(
          "channel, " + thread + ", 100 B",
          "messages/s",
          rounds,
          () -> channelFlow(child.channel(), 300_000, 100));
      tell(
          "channel, " + thread + ", 100 B round trip",
          "us",
          rounds,
          () -> channelTrip(child.channel(), 20_000));
    }
  }

  private static double ringFlow(
      ForkedChild child, SharedRing out, SharedRing in, int count, int bytes, Style style)
      throws Exception {
    boolean unused = child.send("flow " + count + " " + style);
    byte[] record = new byte[bytes];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (style == Style.COPY) {
        out.writer().write(record);
      } else {
        int number = i;
        out.writer().write(bytes, memory -> fill(memory, number));
      }
    }
    byte[] end = in.reader().read();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return end.length == 0 ? 0 : bytes == 100 ? count / seconds : count / seconds * bytes / 1e6;
  }

  /** Stands for a producer that makes its data where it is to be. */
  private static void fill(MemorySegment memory, int number) {
    memory.fill((byte) number);
  }

  private static double ringTrip(ForkedChild child, SharedRing out, SharedRing in, int count)
      throws Exception {
    boolean unused = child.send("trip " + count + " COPY");
    byte[] record = new byte[100];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      out.writer().write(record);
      record = in.reader().read();
    }
    return (System.nanoTime() - begin) / 1e3 / count;
  }

  private static double channelFlow(Channel channel, int count, int bytes) throws Exception {
    boolean unused = channel.send(count);
    byte[] record = new byte[bytes];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      unused = channel.send(record);
    }
    Object end = channel.receive().value();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return end == null ? 0 : bytes == 100 ? count / seconds : count / seconds * bytes / 1e6;
  }

  private static double channelTrip(Channel channel, int count) throws Exception {
    boolean unused = channel.send(-count);
    byte[] record = new byte[100];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      unused = channel.send(record);
      unused = channel.receive().isRequest();
    }
    return (System.nanoTime() - begin) / 1e3 / count;
  }

  private static @Nullable Void child(String what) throws Exception {
    Channel channel = Channel.parent().orElseThrow();
    try {
      if (what.equals("ring")) {
        SharedRing in = SharedRing.open(channel.receive().handle().orElseThrow());
        SharedRing out = SharedRing.open(channel.receive().handle().orElseThrow());
        while (true) {
          String[] order = String.valueOf(channel.receive().value()).split(" ");
          answer(in, out, order);
        }
      }
      while (true) {
        answer(channel);
      }
    } catch (ChannelClosedException e) {
      return null; // the parent is through
    }
  }

  private static void answer(SharedRing in, SharedRing out, String[] order)
      throws InterruptedException {
    int count = Integer.parseInt(order[1]);
    boolean trip = order[0].equals("trip");
    Style style = Style.valueOf(order[2]);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      if (trip) {
        out.writer().write(in.reader().read());
      } else if (style == Style.COPY) {
        sum += in.reader().read().length;
      } else {
        sum += in.reader().<Long>read(memory -> sum(memory));
      }
    }
    if (!trip) {
      out.writer().write(Arrays.copyOf(Long.toString(sum).getBytes(StandardCharsets.UTF_8), 8));
    }
  }

  /** Stands for a consumer that looks at its data where they are. */
  private static long sum(MemorySegment memory) {
    long sum = 0;
    for (long at = 0; at < memory.byteSize(); at += 8) {
      sum += memory.get(ValueLayout.JAVA_LONG, at);
    }
    return sum;
  }

  private static void answer(Channel channel) throws InterruptedException {
    int count = ((Number) Objects.requireNonNull(channel.receive().value())).intValue();
    boolean unused = true;
    for (int i = 0; i < Math.abs(count); i++) {
      Object value = channel.receive().value();
      if (count < 0) {
        unused = channel.send(value);
      }
    }
    if (count >= 0) {
      unused = channel.send("end");
    }
  }

  private static ForkedChild fork(String what, String thread) {
    return Fork.java(RingBench.class, what, thread).codec(Codec.named("cbor")).spawn();
  }

  private static void tell(String name, String unit, int rounds, Round round) throws Exception {
    double warm = round.run();
    double[] figures = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      figures[i] = round.run();
    }
    Arrays.sort(figures);
    System.out.printf(
        Locale.ROOT,
        "%-40s %,14.1f %s (from %,.1f to %,.1f; first %,.1f)%n",
        name,
        figures[rounds / 2],
        unit,
        figures[0],
        figures[rounds - 1],
        warm);
  }

  private static void onThread(boolean virtual, Callable<@Nullable Void> task) throws Exception {
    CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
    (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
        .start(() -> {
          try {
            result.complete(task.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    result.get();
  }
}
