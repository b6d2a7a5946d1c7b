package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "500ms, PT0.5S",
    "5s, PT5S",
    "2m, PT2M",
    "1h30m, PT1H30M",
    "1.5s, PT1.5S",
    "1d, PT24H"
  })
  void duration_text_isRead(String text, Duration expected) {
    assertThat(Amounts.duration(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-5s", "5 s", "5x", "1h30", "5S", "1e3s", ".5s"})
  void duration_otherText_isRefusedWithExamples(String text) {
    assertThatThrownBy(() -> Amounts.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a duration such as 500ms, 5s, 2m, 1h30m, found \"" + text + "\"");
  }

  @Test
  void duration_bareNumber_saysThatTheUnitIsMissing() {
    assertThatThrownBy(() -> Amounts.duration("5"))
        .hasMessageEndingWith("found \"5\" (the unit is missing)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"106752d", "99999999999999d1ms", "999999999999d999999999999d"})
  void duration_thatNoNumberOfNanosecondsHolds_isRefused(String text) {
    assertThatThrownBy(() -> Amounts.duration(text)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Amounts.duration(Amounts.LONGEST).toNanos()).isPositive();
  }

  @Test
  void size_thatNoLongHolds_isRefused() {
    assertThatThrownBy(() -> Amounts.size("8388608T"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a size of less than 8388608T, found \"8388608T\"");
    assertThat(Amounts.size("8388607T")).isEqualTo(8_388_607L << 40);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "64K, 65536",
    "10M, 10485760",
    "1.5k, 1536",
    "1G, 1073741824",
    "2MiB, 2097152",
    "7B, 7",
    "1T, 1099511627776"
  })
  void size_text_isRead(String text, long expected) {
    assertThat(Amounts.size(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "-1", "1 K", "1P", "ten"})
  void size_otherText_isRefusedWithExamples(String text) {
    assertThatThrownBy(() -> Amounts.size(text))
        .hasMessage("expected a size such as 4096, 64K, 10M, 1G, found \"" + text + "\"");
  }
}
