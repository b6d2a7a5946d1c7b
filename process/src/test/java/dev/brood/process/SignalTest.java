package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
  @Test
  void of_numbersOneTo31_haveTheNamesOfTheSystem() throws Exception {
    Map<Integer, String> known = new HashMap<>();
    List<String> names =
        Shell.named("bash").line("for n in {1..31}; do kill -l $n; done").textLines();
    for (int i = 0; i < names.size(); i++) {
      known.put(i + 1, "SIG" + names.get(i));
    }

    assertThat(known).hasSize(31);
    known.forEach((number, name) -> {
      assertThat(Signal.of(number).name()).isEqualTo(name);
      assertThat(Signal.of(name).number()).isEqualTo(number);
    });
  }

  @ParameterizedTest
  @CsvSource({
    "TERM,15",
    "SIGTERM,15",
    "sigterm,15",
    "' kill ',9",
    "9,9",
    "64,64",
    "SIGRTMIN,34",
    "RTMIN+1,35",
    "SIGRTMAX,64",
    "POLL,29",
    "IOT,6",
    "SIG32,32"
  })
  void of_text_isTheSignal(String text, int number) {
    assertThat(Signal.of(text).number()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65", "999", "-9", "SIG", "TERMINATE", "1.5", "99999999999"})
  void of_unknownText_isRefusedWithTheText(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signal.of(text))
        .withMessageContaining(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65})
  void of_numberOutOfRange_isRefused(int number) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signal.of(number))
        .withMessageContaining(Integer.toString(number));
  }

  @Test
  void of_sameNumber_isTheSameSignal() {
    assertThat(Signal.of(15)).isSameAs(Signal.TERM).isSameAs(Signal.of("TERM"));
    assertThat(Signal.TERM).hasToString("SIGTERM");
  }
}
