package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeTickerTest {
  private final FakeTicker ticker = new FakeTicker();

  @Test
  void advance_severalDue_runsThemInOrderEachAtItsTime() {
    List<String> seen = new ArrayList<>();
    ticker.after(Duration.ofNanos(30), () -> seen.add("c" + ticker.getAsLong()));
    ticker.after(Duration.ofNanos(10), () -> seen.add("a" + ticker.getAsLong()));
    ticker.after(Duration.ofNanos(10), () -> seen.add("b" + ticker.getAsLong()));
    ticker.after(Duration.ofNanos(31), () -> seen.add("late"));

    ticker.advance(Duration.ofNanos(30));

    assertThat(seen).containsExactly("a10", "b10", "c30");
    assertThat(ticker.getAsLong()).isEqualTo(30);
    assertThat(ticker.instant()).isEqualTo(FakeTicker.START.plusNanos(30));
    assertThat(ticker.pending()).isEqualTo(1);
  }

  @Test
  void advance_actionSchedulesAnother_runsItInTheSameStep() {
    List<Long> seen = new ArrayList<>();
    ticker.after(
        Duration.ofNanos(5),
        () -> ticker.after(Duration.ofNanos(5), () -> seen.add(ticker.getAsLong())));

    ticker.advance(Duration.ofNanos(10));

    assertThat(seen).containsExactly(10L);
  }

  @Test
  void advance_negativeStep_isRefused() {
    assertThatThrownBy(() -> ticker.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.000000001S");
  }
}
