package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Signal;
import dev.brood.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelCoreTest {
  private static final Threshold MARKS = Threshold.of(Figure.RESIDENT_BYTES, 100, 200);

  private static List<Level> levels(Threshold threshold, double... values) {
    LevelCore core = new LevelCore(threshold);
    List<Level> levels = new ArrayList<>();
    for (double value : values) {
      levels.add(core.observe(value));
    }
    return levels;
  }

  @Test
  void observe_risingAndFalling_leavesALevelOnlyBelowItsRelease() {
    assertThat(levels(MARKS, 99, 100, 91, 89, 150, 200, 181, 179, 91, 89))
        .containsExactly(
            Level.NORMAL,
            Level.SOFT,
            Level.SOFT,
            Level.NORMAL,
            Level.SOFT,
            Level.CRITICAL,
            Level.CRITICAL,
            Level.SOFT,
            Level.SOFT,
            Level.NORMAL);
  }

  @Test
  void observe_jump_skipsTheSoftLevelBothWays() {
    assertThat(levels(MARKS, 1, 500, 1))
        .containsExactly(Level.NORMAL, Level.CRITICAL, Level.NORMAL);
  }

  @Test
  void observe_severalReadingsAskedFor_ignoresAPeak() {
    assertThat(levels(MARKS.after(3), 300, 300, 1, 300, 300, 150, 300, 300, 300))
        .containsExactly(
            Level.NORMAL,
            Level.NORMAL,
            Level.NORMAL,
            Level.NORMAL,
            Level.NORMAL,
            Level.SOFT,
            Level.SOFT,
            Level.SOFT,
            Level.CRITICAL);
  }

  @Test
  void observe_oneMark_hasNoSoftLevel() {
    assertThat(levels(Threshold.of(Figure.PROCESSES, 10), 9, 10, 9, 8))
        .containsExactly(Level.NORMAL, Level.CRITICAL, Level.CRITICAL, Level.NORMAL);
  }

  @Test
  void observe_anyHistory_neverFlapsBetweenMarkAndRelease() {
    Seeds.random(
        5000,
        gen -> {
          double soft = gen.between(1, 50);
          double critical = soft + gen.below(50);
          int inARow = gen.between(1, 4);
          Threshold threshold =
              Threshold.of(Figure.DESCRIPTORS, soft, critical)
                  .release(gen.between(1, 10) / 10.0)
                  .after(inARow);
          LevelCore core = new LevelCore(threshold);
          List<Double> values = new ArrayList<>();
          Level before = Level.NORMAL;
          for (int step = 0; step < 40; step++) {
            double value = gen.below(120);
            values.add(value);
            Level now = core.observe(value);
            check(threshold, values, before, now);
            before = now;
          }
        });
  }

  private static void check(Threshold threshold, List<Double> values, Level before, Level now) {
    double last = values.getLast();
    int change = now.compareTo(before);
    if (change > 0) {
      double mark = now == Level.SOFT ? threshold.soft() : threshold.critical();
      assertThat(values.subList(Math.max(0, values.size() - threshold.readings()), values.size()))
          .hasSize(threshold.readings())
          .allMatch(value -> value >= mark);
    } else if (change < 0) {
      double left = before == Level.CRITICAL ? threshold.critical() : threshold.soft();
      assertThat(last).isLessThan(left * threshold.release());
    }
    if (now == Level.NORMAL && threshold.readings() == 1) {
      assertThat(last).isLessThan(threshold.soft());
    }
  }

  @Test
  void threshold_wrongNumbers_areRefused() {
    assertThatThrownBy(() -> Threshold.of(Figure.THREADS, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Threshold.of(Figure.THREADS, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Threshold.of(Figure.THREADS, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MARKS.release(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MARKS.after(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(MARKS.signal(Signal.USR1).action()).isEqualTo(new CriticalAction.Send(Signal.USR1));
  }
}
