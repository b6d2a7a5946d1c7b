package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {
  @Test
  void prefix_names_areAlignedToTheLongest() {
    Labels labels = new Labels(List.of("a", "longer", "näher"));
    assertThat(labels.prefix("a", 0, false)).isEqualTo("a      | ");
    assertThat(labels.prefix("näher", 0, false)).isEqualTo("näher  | ");
    assertThat(labels.notice("brood", false)).isEqualTo("brood  * ");
  }

  @Test
  void prefix_veryLongName_isCut() {
    Labels labels = new Labels(List.of("x".repeat(50)));
    assertThat(labels.prefix("x".repeat(50), 0, false))
        .isEqualTo("x".repeat(Labels.WIDEST - 1) + "~ | ");
  }

  @Test
  void prefix_coloured_endsTheColourBeforeTheText() {
    Labels labels = new Labels(List.of("a"));
    assertThat(labels.prefix("a", 0, true)).isEqualTo("\u001b[0;36ma     | \u001b[0m");
    assertThat(labels.prefix("a", 1, true)).isNotEqualTo(labels.prefix("a", 0, true));
    assertThat(labels.prefix("a", 10, true)).isEqualTo(labels.prefix("a", 0, true));
  }
}
