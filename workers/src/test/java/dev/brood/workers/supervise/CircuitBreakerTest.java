package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final Duration OPEN_TIME = Duration.ofSeconds(5);

  private final BlockingQueue<BreakerEvent> events = new LinkedBlockingQueue<>();
  private final HandClock clock = new HandClock();
  private final BreakerOptions options =
      BreakerOptions.DEFAULT.window(4, 4).openTime(OPEN_TIME).trialCalls(2).onEvent(events::add);
  private final CircuitBreaker breaker = CircuitBreaker.of("score", options, clock);

  @Test
  void call_halfOfThemFail_opensAndRefuses() throws Exception {
    succeed();
    succeed();
    fail();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    fail();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThatExceptionOfType(CircuitOpenException.class)
        .isThrownBy(() -> breaker.call(() -> "never"))
        .withMessageContaining("score");
  }

  @Test
  void call_openTimeIsOver_triesAFewAndCloses() throws Exception {
    open();
    clock.now = clock.now.plus(OPEN_TIME).plusMillis(1);
    succeed();
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    succeed();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void call_trialsFail_opensAgainForTheWholeTime() throws Exception {
    open();
    clock.now = clock.now.plus(OPEN_TIME).plusMillis(1);
    fail();
    fail();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    clock.now = clock.now.plus(OPEN_TIME.minusMillis(1));
    assertThatExceptionOfType(CircuitOpenException.class)
        .isThrownBy(() -> breaker.call(() -> "never"));
  }

  @Test
  void events_ofAllKinds_areToldInOrder() throws Exception {
    open();
    assertThatThrownBy(() -> breaker.call(() -> "never")).isInstanceOf(CircuitOpenException.class);

    for (int i = 0; i < 4; i++) {
      assertThat(next()).isInstanceOf(BreakerEvent.CallFailed.class);
    }
    assertThat(next())
        .isEqualTo(new BreakerEvent.StateChanged("score", BreakerState.CLOSED, BreakerState.OPEN));
    assertThat(next()).isEqualTo(new BreakerEvent.CallRefused("score"));
  }

  @Test
  void events_slowListener_losesSomeAndIsToldHowMany() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CircuitBreaker slow =
        CircuitBreaker.of(
            "slow",
            options
                .counts(failure -> true)
                .window(1_000_000, 1_000_000)
                .onEvent(event -> {
                  awaitUninterruptibly(go);
                  events.add(event);
                }));
    for (int i = 0; i < EventTeller.MOST_WAITING + 100; i++) {
      assertThatThrownBy(() -> slow.call(CircuitBreakerTest::broken)).hasMessage("down");
    }
    go.countDown();
    for (int i = 0; i < EventTeller.MOST_WAITING; i++) {
      assertThat(next()).isInstanceOf(BreakerEvent.CallFailed.class);
    }
    BreakerEvent event = next();
    while (event instanceof BreakerEvent.CallFailed) {
      event = next();
    }
    assertThat(event).isInstanceOf(BreakerEvent.EventsLost.class);
  }

  @Test
  void fallback_openOrFailed_answersInstead() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.call(CircuitBreakerTest::broken, Throwable::getMessage)).isEqualTo("down");
    }
    assertThat(breaker.call(() -> "never", reason -> reason.getClass().getSimpleName()))
        .isEqualTo("CircuitOpenException");
  }

  @Test
  void counts_failureOfTheCaller_passesAndOpensNothing() throws Exception {
    CircuitBreaker lenient =
        CircuitBreaker.of(
            "lenient", options.counts(failure -> !(failure instanceof IllegalArgumentException)));
    for (int i = 0; i < 20; i++) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              lenient.call(
                  () -> {
                    throw new IllegalArgumentException("no number");
                  },
                  reason -> "never"));
    }
    assertThat(lenient.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void call_interruptedTrial_givesItsTurnBack() throws Exception {
    open();
    clock.now = clock.now.plus(OPEN_TIME).plusMillis(1);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() ->
              breaker.call(() -> {
                throw new InterruptedException();
              }))
          .isInstanceOf(InterruptedException.class);
    }
    succeed();
    succeed();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void call_aChildThatDies_opensAndTheFallbackAnswersAtOnce() throws Exception {
    try (ForkedChild child = Fork.of(Command.of("sh", "-c", "exit 1")).spawn()) {
      for (int i = 0; i < 8; i++) {
        assertThat(
                breaker.<Object>call(
                    () -> String.valueOf(child.request("score", Duration.ofSeconds(60)).value()),
                    reason -> reason instanceof WorkersException ? "older value" : reason))
            .isEqualTo("older value");
      }
      assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }
  }

  @Test
  void options_outOfTheirRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> options.failurePercent(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.failurePercent(101));
    assertThatIllegalArgumentException().isThrownBy(() -> options.window(3, 4));
    assertThatIllegalArgumentException().isThrownBy(() -> options.trialCalls(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.openTime(Duration.ZERO));
  }

  private void open() {
    for (int i = 0; i < 4; i++) {
      fail();
    }
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  private void succeed() throws InterruptedException {
    assertThat(breaker.call(() -> 42)).isEqualTo(42);
  }

  private void fail() {
    assertThatThrownBy(() -> breaker.call(CircuitBreakerTest::broken)).hasMessage("down");
  }

  private BreakerEvent next() throws InterruptedException {
    BreakerEvent event = events.poll(60, TimeUnit.SECONDS);
    assertThat(event).as("an event in time").isNotNull();
    return event;
  }

  private static String broken() {
    throw new IllegalStateException("down");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class HandClock extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
