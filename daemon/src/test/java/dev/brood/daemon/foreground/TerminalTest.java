package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
  /** A descriptor that is certainly not open, so not a terminal. */
  private static final int NONE = 1_000_000;

  @Test
  void colours_noTerminal_areOff() {
    assertThat(Terminal.colours(NONE, Map.of())).isFalse();
    assertThat(Terminal.isTerminal(NONE)).isFalse();
  }

  @Test
  void colours_forced_areOn() {
    assertThat(Terminal.colours(NONE, Map.of("FORCE_COLOR", "1"))).isTrue();
    assertThat(Terminal.colours(NONE, Map.of("FORCE_COLOR", "0"))).isFalse();
  }

  @Test
  void colours_forbidden_areOffEvenIfForced() {
    assertThat(Terminal.colours(NONE, Map.of("NO_COLOR", "1", "FORCE_COLOR", "1"))).isFalse();
    assertThat(Terminal.colours(NONE, Map.of("NO_COLOR", "", "FORCE_COLOR", "1"))).isTrue();
  }
}
