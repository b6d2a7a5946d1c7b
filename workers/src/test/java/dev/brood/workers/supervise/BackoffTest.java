package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void fixed_anyDeath_waitsTheSame() {
    assertThat(delays(Backoff.fixed(SECOND), 3)).containsExactly(1000L, 1000L, 1000L);
    assertThat(delays(Backoff.none(), 3)).containsExactly(0L, 0L, 0L);
  }

  @Test
  void exponential_deathsInARow_doublesUpToTheLongest() {
    assertThat(delays(Backoff.exponential(SECOND, Duration.ofSeconds(10)), 6))
        .containsExactly(1000L, 2000L, 4000L, 8000L, 10_000L, 10_000L);
  }

  @Test
  void factor_ofOneAndAHalf_growsByThat() {
    assertThat(delays(Backoff.exponential(SECOND, MINUTE).factor(1.5), 3))
        .containsExactly(1000L, 1500L, 2250L);
  }

  @Test
  void fastFirst_firstDeath_isAnsweredAtOnceAndTheRestIsLater() {
    assertThat(delays(Backoff.exponential(SECOND, MINUTE).fastFirst(), 4))
        .containsExactly(0L, 1000L, 2000L, 4000L);
  }

  @Test
  void delay_manyDeaths_staysAtTheLongest() {
    Backoff backoff = Backoff.exponential(Duration.ofMillis(1), MINUTE).factor(1000);

    assertThat(backoff.delay(Integer.MAX_VALUE, new Random(1))).isEqualTo(MINUTE);
    assertThat(Backoff.exponential(Duration.ZERO, MINUTE).delay(Integer.MAX_VALUE, new Random(1)))
        .isZero();
  }

  @Test
  void jitter_anyDeath_shortensByUpToItsPartAndNeverLengthens() {
    Backoff backoff = Backoff.exponential(SECOND, MINUTE).jitter(0.25);

    Seeds.random(
        5_000,
        gen -> {
          int deaths = gen.between(1, 20);
          long full = Math.min(60_000, 1000L << (deaths - 1));
          Random random = new Random(gen.below(Integer.MAX_VALUE));
          assertThat(backoff.delay(deaths, random).toMillis()).isBetween(full * 3 / 4, full);
        });
    assertThat(backoff.delay(3, new Random(7))).isEqualTo(backoff.delay(3, new Random(7)));
  }

  @Test
  void count_wellForLongEnough_beginsAnew() {
    BackoffCount count =
        new BackoffCount(
            Backoff.exponential(SECOND, MINUTE).resetAfter(Duration.ofSeconds(30)), new Random(1));

    assertThat(count.died(Duration.ZERO)).isEqualTo(SECOND);
    assertThat(count.died(Duration.ofSeconds(29))).isEqualTo(SECOND.multipliedBy(2));
    assertThat(count.died(Duration.ofSeconds(30))).isEqualTo(SECOND);
    assertThat(count.deaths()).isOne();
    count.died(Duration.ZERO);
    count.forget();
    assertThat(count.deaths()).isZero();
    assertThat(count.died(Duration.ZERO)).isEqualTo(SECOND);
  }

  @Test
  void count_neverReady_isNeverReset() {
    BackoffCount count =
        new BackoffCount(
            Backoff.exponential(SECOND, MINUTE).resetAfter(Duration.ZERO), new Random(1));

    assertThat(count.died(Duration.ZERO)).isEqualTo(SECOND);
    assertThat(count.died(Duration.ZERO)).isEqualTo(SECOND.multipliedBy(2));
    assertThat(count.died(Duration.ofNanos(1))).isEqualTo(SECOND);
  }

  @Test
  void settings_outOfTheirRange_areRefused() {
    Backoff backoff = Backoff.fixed(SECOND);

    assertThatIllegalArgumentException().isThrownBy(() -> Backoff.fixed(Duration.ofNanos(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> Backoff.exponential(MINUTE, SECOND));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.factor(0.9));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.factor(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.factor(Double.POSITIVE_INFINITY));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.jitter(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.jitter(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.resetAfter(Duration.ofNanos(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> backoff.delay(0, new Random(1)));
  }

  private static List<Long> delays(Backoff backoff, int deaths) {
    return IntStream.rangeClosed(1, deaths)
        .mapToObj(death -> backoff.delay(death, new Random(1)).toMillis())
        .toList();
  }
}
