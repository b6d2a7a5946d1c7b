package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventTellerTest {
  private static final SupervisorEvent LAST =
      new SupervisorEvent.Finished("main", new SupervisorEnd.Stopped());

  private final List<SupervisorEvent> told = new CopyOnWriteArrayList<>();

  @Test
  void listener_tooSlow_isToldHowMuchItLost() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    EventTeller teller =
        new EventTeller(
            "main",
            event -> {
              busy.countDown();
              awaitQuietly(go);
              told.add(event);
            });
    teller.tell(event(0));
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();

    for (int n = 1; n <= EventTeller.MOST_WAITING + 5; n++) {
      teller.tell(event(n));
    }
    teller.tell(LAST);
    go.countDown();
    teller.awaitTold(Duration.ofSeconds(30));

    assertThat(told).hasSize(EventTeller.MOST_WAITING + 3);
    assertThat(told.get(EventTeller.MOST_WAITING)).isEqualTo(event(EventTeller.MOST_WAITING));
    assertThat(told.subList(EventTeller.MOST_WAITING + 1, told.size()))
        .containsExactly(new SupervisorEvent.EventsLost("main", 5), LAST);
  }

  @Test
  void listener_throws_isToldTheNext() {
    EventTeller teller =
        new EventTeller(
            "main",
            event -> {
              told.add(event);
              throw new IllegalStateException("on purpose");
            });

    teller.tell(event(1));
    teller.tell(LAST);
    teller.awaitTold(Duration.ofSeconds(30));

    assertThat(told).containsExactly(event(1), LAST);
  }

  private static SupervisorEvent event(int run) {
    return new SupervisorEvent.Started("main", "child", run, 7);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
