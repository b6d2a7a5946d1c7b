package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedsTest {

  @Test
  void check_fewCombinations_runsEachExactlyOnce() {
    List<String> seen = new ArrayList<>();

    Seeds.check(1000, gen -> seen.add(gen.oneOf("a", "b") + gen.below(3) + gen.flip()));

    assertThat(seen).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void check_laterChoiceDependsOnEarlier_runsEachExactlyOnce() {
    List<String> seen = new ArrayList<>();

    Seeds.check(1000, gen -> seen.add(gen.text("xy", 3)));

    assertThat(seen).hasSize(1 + 2 + 4 + 8).doesNotHaveDuplicates();
  }

  @Test
  void check_moreCombinationsThanLimit_goesOnAtRandom() {
    Set<Integer> seen = new HashSet<>();
    List<Integer> all = new ArrayList<>();

    Seeds.check(
        100,
        gen -> {
          int value = gen.below(1_000_000);
          seen.add(value);
          all.add(value);
        });

    assertThat(all).hasSize(200);
    assertThat(all.subList(0, 100)).containsExactlyElementsOf(range(100));
    assertThat(seen).anyMatch(value -> value >= 100);
  }

  private static List<Integer> range(int end) {
    List<Integer> range = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      range.add(i);
    }
    return range;
  }

  @Test
  void runSeed_sameSeed_makesSameChoices() {
    List<List<String>> seen = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Seeds.runSeed(42, gen -> seen.add(gen.shuffled(List.of("a", "b", "c", "d", "e", "f"))));
    }

    assertThat(seen.get(0)).isEqualTo(seen.get(1));
  }

  @Test
  void random_bodyFails_namesTheSeedThatRepeatsIt() {
    assertThatThrownBy(() ->
            Seeds.random(
                1,
                gen -> {
                  throw new IllegalStateException("broken");
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("failed in seed (-?\\d+), repeat with -Dbrood.seed=\\1: broken")
        .hasCauseInstanceOf(IllegalStateException.class);
  }
}
