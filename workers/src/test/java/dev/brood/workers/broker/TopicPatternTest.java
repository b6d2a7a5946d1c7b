package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.workers.broker.BrokerException.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicPatternTest {
  @Test
  void star_standsForExactlyOneWord() {
    assertThat(matches("orders.*.created", "orders.eu.created")).isTrue();
    assertThat(matches("orders.*.created", "orders.created")).isFalse();
    assertThat(matches("orders.*.created", "orders.eu.de.created")).isFalse();
    assertThat(matches("*", "orders")).isTrue();
    assertThat(matches("*", "orders.eu")).isFalse();
  }

  @Test
  void hash_standsForAnyNumberOfWords() {
    assertThat(matches("orders.#", "orders")).isTrue();
    assertThat(matches("orders.#", "orders.eu.created")).isTrue();
    assertThat(matches("orders.#", "order")).isFalse();
    assertThat(matches("#", "anything.at.all")).isTrue();
    assertThat(matches("*.#", "one")).isTrue();
  }

  @Test
  void words_areComparedWhole() {
    assertThat(matches("orders.eu", "orders.eu")).isTrue();
    assertThat(matches("orders.eu", "orders.eus")).isFalse();
    assertThat(matches("orders.eu", "orders.EU")).isFalse();
    assertThat(matches("größe.*", "größe.µ")).isTrue();
  }

  @Test
  void pattern_withWildcardsElsewhere_isRefused() {
    for (String bad : List.of("", ".", "a.", ".a", "a..b", "#.a", "a*", "a.b#", "**", "a\nb")) {
      assertThatThrownBy(() -> TopicPattern.of(bad))
          .as("pattern <%s>", bad)
          .isInstanceOfSatisfying(
              BrokerException.class, e -> assertThat(e.problem()).isEqualTo(Problem.BAD_PATTERN));
    }
  }

  @Test
  void topic_withWildcardsOrEmptyWords_isRefused() {
    for (String bad :
        List.of("", "a.", "a..b", "a.*", "#", "a*b", "x".repeat(256), "ä".repeat(128))) {
      assertThatThrownBy(() -> TopicPattern.topic(bad))
          .as("topic <%s>", bad)
          .isInstanceOfSatisfying(
              BrokerException.class, e -> assertThat(e.problem()).isEqualTo(Problem.BAD_TOPIC));
    }
    assertThat(TopicPattern.topic("x".repeat(255))).hasSize(1);
    assertThat(TopicPattern.topic("a b.c/d")).containsExactly("a b", "c/d");
  }

  private static boolean matches(String pattern, String topic) {
    return TopicPattern.of(pattern).matches(TopicPattern.topic(topic));
  }
}
