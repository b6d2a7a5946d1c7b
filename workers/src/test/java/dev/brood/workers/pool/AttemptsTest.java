package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is tried again. */
class AttemptsTest {
  private final AtomicInteger count = new AtomicInteger();

  private boolean attempt(int failures) {
    return Attempts.at(
        "a test",
        () -> {
          if (count.incrementAndGet() <= failures) {
            throw new UncheckedIOException(new IOException("EMFILE"));
          }
        },
        Duration.ofNanos(1));
  }

  @Test
  void at_failsForAWhile_isDoneOnce() {
    assertThat(attempt(Attempts.MOST - 1)).isTrue();
    assertThat(count).hasValue(Attempts.MOST);
  }

  @Test
  void at_alwaysFails_isGivenUp() {
    assertThat(attempt(Integer.MAX_VALUE)).isFalse();
    assertThat(count).hasValue(Attempts.MOST);
  }
}
