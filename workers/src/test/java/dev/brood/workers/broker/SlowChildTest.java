package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import dev.brood.workers.broker.DeadLetter.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/** One child that does not keep up slows nobody else. */
@ExtendWith(Census.Extension.class)
class SlowChildTest {
  private final BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();

  @Test
  void slowChild_losesItsOldestAndSlowsNobody() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULT.queueLimit(10, 1024 * 1024);
    final int count = 5000;
    try (Broker broker = Broker.open(options).onDeadLetter(dead::add);
        FakeChild slow = FakeChild.join(broker, "slow");
        FakeChild quick = FakeChild.join(broker, "quick")) {
      slow.subscribe("a");
      quick.subscribe("a");
      String text = "x".repeat(1000);
      for (int i = 0; i < count; i++) {
        broker.publish("a", i + " " + text);
        assertThat(body(quick)).asString().startsWith(i + " ");
      }
      DeadLetter lost = dead();
      assertThat(lost.receiver()).hasValue("slow");
      assertThat(lost.reason()).isEqualTo(Reason.QUEUE_FULL);
      List<Integer> got = new ArrayList<>();
      do {
        got.add(Integer.valueOf(String.valueOf(body(slow)).split(" ")[0]));
      } while (got.getLast() < count - 1);
      assertThat(got).isSorted().doesNotHaveDuplicates().hasSizeLessThan(count);
      assertThat(broker.deadLetterCount()).isEqualTo(count - got.size());
    }
  }

  @Test
  void slowChild_thatIsToLeave_leaves() throws Exception {
    BrokerOptions options =
        BrokerOptions.DEFAULT.queueLimit(10, 1024 * 1024).whenBehind(WhenBehind.DISCONNECT);
    try (Broker broker = Broker.open(options).onDeadLetter(dead::add);
        FakeChild slow = FakeChild.join(broker, "slow");
        FakeChild watcher = FakeChild.join(broker, "watcher")) {
      slow.subscribe("a");
      watcher.tell("brood", "presence");
      Object unused = watcher.next();
      String text = "x".repeat(100_000);
      while (!broker.names().equals(List.of("watcher"))) {
        broker.publish("a", text);
      }
      assertThat(watcher.next()).isEqualTo(Map.of("brood", "left", "name", "slow"));
      slow.parents().onDisconnect().get(30, TimeUnit.SECONDS);
      assertThat(dead().receiver()).hasValue("slow");
    }
  }

  /** Rounds with and without the slow one take turns, and the best of each count. */
  @Test
  void broadcast_toTwentyOfWhomOneNeverReads_isAsFastForTheOthers(TestReporter report)
      throws Exception {
    double with = 0;
    double without = 0;
    for (int round = 0; round < 3; round++) {
      without = Math.max(without, rate(20, false));
      with = Math.max(with, rate(20, true));
    }
    report.publishEntry(
        "broadcasts/s to 19 of 20 children",
        "%.0f; while one more never reads: %.0f".formatted(without, with));
    assertThat(with).as("without: %.0f a second", without).isGreaterThan(without / 10);
  }

  /** How many broadcasts of 1 KB a second all but the first of so many children get. */
  private static double rate(int children, boolean firstNeverReads) throws Exception {
    final int batch = 100;
    final int batches = 20;
    String text = "x".repeat(1000);
    BrokerOptions options = BrokerOptions.DEFAULT.queueLimit(2 * batch, 16 * 1024 * 1024);
    List<FakeChild> all = new ArrayList<>();
    try (Broker broker = Broker.open(options).onDeadLetter(letter -> {})) {
      Semaphore got = new Semaphore(0);
      for (int i = firstNeverReads ? 0 : 1; i < children; i++) {
        FakeChild child = FakeChild.join(broker, "child-" + i);
        all.add(child);
        if (i > 0) {
          child.childs().onMessage(message -> got.release());
        }
      }
      long began = System.nanoTime();
      for (int i = 0; i < batches; i++) {
        for (int j = 0; j < batch; j++) {
          broker.broadcast(text);
        }
        assertThat(got.tryAcquire(batch * (children - 1), 60, TimeUnit.SECONDS)).isTrue();
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      assertThat(broker.deadLetterCount() > 0).isEqualTo(firstNeverReads);
      return batch * batches / seconds;
    } finally {
      all.forEach(FakeChild::close);
    }
  }

  private static Object body(FakeChild child) throws InterruptedException {
    return ((Map<?, ?>) child.next()).get("body");
  }

  private DeadLetter dead() throws InterruptedException {
    DeadLetter next = dead.poll(30, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
