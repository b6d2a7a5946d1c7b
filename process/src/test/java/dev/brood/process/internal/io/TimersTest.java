package dev.brood.process.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final Timers timers = new Timers();
  private final List<String> ran = new ArrayList<>();

  private Timer timer(long due, String name) {
    return new Timer(due, () -> ran.add(name));
  }

  private void runDue(long now) {
    for (Timer due = timers.due(now); due != null; due = timers.due(now)) {
      due.run();
    }
  }

  @Test
  void due_severalTimers_comeSoonestFirstAndNotEarly() {
    timers.add(timer(300, "c"));
    timers.add(timer(100, "a"));
    timers.add(timer(200, "b"));

    runDue(99);
    assertThat(ran).isEmpty();
    runDue(200);
    assertThat(ran).containsExactly("a", "b");
    runDue(1_000);
    assertThat(ran).containsExactly("a", "b", "c");
  }

  @Test
  void add_soonest_saysSo() {
    assertThat(timers.add(timer(200, "a"))).isTrue();
    assertThat(timers.add(timer(300, "b"))).isFalse();
    assertThat(timers.add(timer(100, "c"))).isTrue();
  }

  @Test
  void cancel_beforeItIsDue_doesNotRun() {
    Timer first = timer(100, "a");
    timers.add(first);
    timers.add(timer(200, "b"));

    first.cancel();

    assertThat(timers.waitMillis(0)).isEqualTo(1);
    runDue(500);
    assertThat(ran).containsExactly("b");
  }

  @Test
  void run_twice_doesItOnce() {
    Timer timer = timer(1, "a");
    timer.run();
    timer.run();

    assertThat(ran).containsExactly("a");
  }

  @Test
  void waitMillis_isRoundedUpAndNeverNegative() {
    assertThat(timers.waitMillis(0)).isEqualTo(-1);
    timers.add(timer(1_000_001, "a"));
    assertThat(timers.waitMillis(0)).isEqualTo(2);
    assertThat(timers.waitMillis(1_000_000)).isEqualTo(1);
    assertThat(timers.waitMillis(5_000_000)).isZero();
  }

  @Test
  void waitMillis_farAway_isTheLongestWait() {
    timers.add(timer(Timers.dueNanos(0, Long.MAX_VALUE), "a"));

    assertThat(timers.waitMillis(0)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void due_clockThatPassesItsLargestValue_keepsTheOrder() {
    long now = Long.MAX_VALUE - 50;
    timers.add(timer(now + 100, "later"));
    timers.add(timer(now + 10, "sooner"));

    runDue(now + 20);
    assertThat(ran).containsExactly("sooner");
    runDue(now + 100);
    assertThat(ran).containsExactly("sooner", "later");
  }

  @Test
  void dueNanos_veryLongWait_doesNotOverflow() {
    assertThat(Timers.dueNanos(Long.MAX_VALUE / 4, Long.MAX_VALUE)).isPositive();
  }

  @Test
  void add_manyCancelled_areNotKept() {
    for (int i = 0; i < 5_000; i++) {
      Timer timer = timer(1_000_000 + i, "cancelled");
      timers.add(timer);
      timer.cancel();
    }
    timers.add(timer(1, "kept"));

    assertThat(timers)
        .extracting("queue")
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.ITERABLE)
        .hasSizeLessThan(1_100);
    runDue(2);
    assertThat(ran).containsExactly("kept");
  }
}
