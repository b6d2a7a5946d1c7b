package dev.brood.bench.channel;

import dev.brood.bench.contest.Figures;
import dev.brood.bench.contest.Meter;
import dev.brood.bench.contest.Round;
import dev.brood.workers.channel.SharedRing;
import dev.brood.workers.fork.ForkedChild;
import java.util.Map;

/** Records through rings in shared memory, to a Java child and back. */
final class RingRound implements Round {
  private static final long CAPACITY = 16 << 20;

  private final ForkedChild child;
  private final SharedRing there = SharedRing.toWrite(CAPACITY);
  private final SharedRing back = SharedRing.toRead(CAPACITY);
  private final boolean trip;
  private final byte[] record;
  private final int count;

  RingRound(Peer peer, boolean trip, int bytes, int count) throws InterruptedException {
    this.child = peer.spawn();
    this.trip = trip;
    this.record = new byte[bytes];
    this.count = count;
    Object unused = child.receive().value(); // it is there
    boolean sent = child.send(Map.of("ring", 2));
    sent &= child.send("there", there.handle());
    sent &= child.send("back", back.handle());
  }

  @Override
  public Figures run() throws InterruptedException {
    return trip ? trips() : oneWay();
  }

  private Figures trips() throws InterruptedException {
    long[] times = new long[count];
    there.writer().write(Numbers.record(count));
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      there.writer().write(record);
      byte[] answer = back.reader().read();
      times[i] = System.nanoTime() - begin;
      if (answer.length != record.length) {
        throw new IllegalStateException("another record");
      }
    }
    return new Figures()
        .with("p50_us", Meter.percentile(times, 0.5) / 1e3)
        .with("p99_us", Meter.percentile(times, 0.99) / 1e3);
  }

  private Figures oneWay() throws InterruptedException {
    long begin = System.nanoTime();
    there.writer().write(Numbers.record(-count));
    for (int i = 0; i < count; i++) {
      there.writer().write(record);
    }
    byte[] last = back.reader().read();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (last.length != record.length) {
      throw new IllegalStateException("another record");
    }
    return new Figures()
        .with("per_second", count / seconds)
        .with("mb_per_s", (double) count * record.length / seconds / 1e6);
  }
}
