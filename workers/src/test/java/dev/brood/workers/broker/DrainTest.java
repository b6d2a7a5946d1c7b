package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What handlers are told before all is closed. */
class DrainTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void drain_handlerIsBehind_returnsWhenItIsThroughWithAll() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    try (Broker broker = Broker.open();
        Subscription own =
            broker.subscribe(
                "a",
                letter -> {
                  awaitQuietly(go);
                  heard.add(String.valueOf(letter.body()));
                })) {
      assertThat(own.drain(LIMIT)).as("nothing waits").isTrue();
      broker.publish("a", 1);
      broker.publish("a", 2);
      assertThat(own.drain(Duration.ofMillis(1))).isFalse();
      go.countDown();
      assertThat(own.drain(LIMIT)).isTrue();
      assertThat(heard).containsExactly("1", "2");
    }
  }

  @Test
  void drain_closedSubscription_isFalse() throws Exception {
    try (Broker broker = Broker.open()) {
      Subscription own = broker.subscribe("a", letter -> {});
      own.close();
      assertThat(own.drain(LIMIT)).isFalse();
    }
  }

  @Test
  void close_handlersAreBehind_returnsWhenTheyHaveBeenTold() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Broker broker = Broker.open();
    broker.onPresence(event -> {
      LockSupport.parkNanos(50_000_000);
      told.add(event.name());
    });
    broker.onDeadLetter(letter -> {
      LockSupport.parkNanos(200_000_000);
      told.add(letter.reason().name());
    });
    try (FakeChild _ = FakeChild.join(broker, "child")) {
      broker.publish("nobody.hears", 1);
      broker.close();
    }
    assertThat(told).containsExactlyInAnyOrder("child", "child", "NO_SUBSCRIBER");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
