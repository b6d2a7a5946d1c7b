package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RotationTest {
  private static final long SECOND = 1_000_000_000;
  private static final long MILLISECOND = 1_000_000;

  private final List<Integer> read = new ArrayList<>();
  private long now;

  private Rotation<Integer> rotation(double share, Duration every, int children) {
    Rotation<Integer> rotation = new Rotation<>(share, every, () -> now);
    for (int child = 0; child < children; child++) {
      rotation.add(child);
    }
    return rotation;
  }

  private List<Integer> pass(Rotation<Integer> rotation, long costNanos) {
    read.clear();
    now += SECOND;
    rotation.turn(child -> {
      read.add(child);
      now += costNanos;
    });
    return List.copyOf(read);
  }

  @Test
  void turn_cheapReadings_readsAllEachTime() {
    Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, 5);

    assertThat(pass(rotation, 1000)).containsExactly(0, 1, 2, 3, 4);
    assertThat(pass(rotation, 1000)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void turn_notDueYet_waitsForItsTime() {
    Rotation<Integer> rotation = rotation(0.5, Duration.ofSeconds(3), 2);

    assertThat(pass(rotation, 0)).containsExactly(0, 1);
    assertThat(pass(rotation, 0)).isEmpty();
    assertThat(pass(rotation, 0)).isEmpty();
    assertThat(pass(rotation, 0)).containsExactly(0, 1);
  }

  @Test
  void turn_oneVeryDearReading_isPaidForBeforeTheNext() {
    Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, 2);

    assertThat(pass(rotation, 100 * MILLISECOND)).containsExactly(0);
    int without = 0;
    while (pass(rotation, 0).isEmpty()) {
      without++;
    }
    assertThat(without).isBetween(7, 9); // 100 ms at 10 ms each, the first of them before
    assertThat(read).startsWith(1);
  }

  @Test
  void turn_removed_hasNoMoreTurns() {
    Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, 3);
    rotation.remove(1);
    rotation.remove(1);

    assertThat(pass(rotation, 0)).containsExactly(0, 2);
    now += SECOND;
    rotation.turn(child -> rotation.remove(2 - child));
    assertThat(pass(rotation, 0)).containsExactly(0);
  }

  @Test
  void turn_newcomersAllTheTime_starveNobody() {
    Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, 3);
    Set<Integer> seen = new HashSet<>();
    for (int newcomer = 100; newcomer < 120; newcomer++) {
      rotation.add(newcomer);
      seen.addAll(pass(rotation, 10 * MILLISECOND));
    }

    assertThat(seen).contains(0, 1, 2);
  }

  @Test
  void turn_readingThatFails_doesNotStopTheOthers() {
    Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, 2);
    now += SECOND;

    assertThatThrownBy(() ->
            rotation.turn(child -> {
              throw new IllegalStateException("on purpose");
            }))
        .hasMessage("on purpose");
    assertThat(pass(rotation, 0)).containsExactly(1, 0);
  }

  @Test
  void turn_timeBeyondAnyClock_isReadOnce() {
    Rotation<Integer> rotation = rotation(0.5, Duration.ofSeconds(Long.MAX_VALUE), 1);

    assertThat(pass(rotation, 0)).containsExactly(0);
    assertThat(pass(rotation, 0)).isEmpty();
  }

  @Test
  void turn_anyCosts_staysWithinTheShareAndForgetsNobody() {
    Seeds.random(
        500,
        gen -> {
          now = 0;
          int children = gen.between(1, 30);
          Rotation<Integer> rotation = rotation(0.01, Duration.ZERO, children);
          long[] used = {0};
          long most = 0;
          int[] turns = new int[children];
          for (int pass = 1; pass <= 400; pass++) {
            now = Math.max(now, pass * SECOND);
            rotation.turn(child -> {
              long cost = gen.between(1, 20) * MILLISECOND;
              now += cost;
              used[0] += cost;
              turns[child]++;
            });
            most = Math.max(most, 20 * MILLISECOND);
            assertThat(used[0]).isLessThanOrEqualTo(now / 100 + most);
          }
          for (int turn : turns) {
            assertThat(turn).isPositive();
          }
        });
  }
}
