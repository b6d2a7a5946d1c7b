package dev.brood.workers.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventTellerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  @Test
  void listener_tooSlow_isToldHowMuchItLostBeforeTheNext() throws Exception {
    EventTeller<String> teller = withLosses(this::takeSlowly);
    fillUp(teller, 5);

    teller.tellLast("last");
    go.countDown();
    teller.awaitTold(LIMIT);

    assertThat(told).hasSize(EventTeller.MOST_WAITING + 3);
    assertThat(told.get(EventTeller.MOST_WAITING)).isEqualTo("" + EventTeller.MOST_WAITING);
    assertThat(told.subList(EventTeller.MOST_WAITING + 1, told.size()))
        .containsExactly("5 lost", "last");
  }

  @Test
  void listener_tooSlowAndNothingFollows_isToldHowMuchItLost() throws Exception {
    EventTeller<String> teller = withLosses(this::takeSlowly);
    fillUp(teller, 3);

    go.countDown();
    teller.close();

    assertThat(told).hasSize(EventTeller.MOST_WAITING + 2).endsWith("3 lost");
  }

  @Test
  void listener_throws_isToldTheNext() {
    EventTeller<String> teller =
        withLosses(event -> {
          told.add(event);
          throw new IllegalStateException("on purpose");
        });

    teller.tell("1");
    teller.tell("2");
    teller.close();

    assertThat(told).containsExactly("1", "2");
  }

  @Test
  void listener_endsItsThreadByAnError_isToldTheNext() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    EventTeller<String> teller =
        withLosses(event -> {
          told.add(event);
          if (event.equals("1")) {
            throw new StackOverflowError("on purpose");
          }
          second.countDown();
        });

    teller.tell("1");
    teller.tell("2");

    assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(told).containsExactly("1", "2");
    teller.close();
  }

  @Test
  void close_listenerEndsItsThreadByAnError_waitsForWhatAnotherOneTells() throws Exception {
    Thread[] closing = new Thread[1];
    EventTeller<String> teller =
        withLosses(event -> {
          if (event.equals("1")) {
            awaitQuietly(go);
            throw new StackOverflowError("on purpose");
          }
          // So long that whoever waits for the first thread only has surely gone on.
          joinQuietly(closing[0], Duration.ofMillis(300));
          told.add(event);
        });
    teller.tell("1");
    teller.tell("2");
    closing[0] =
        Thread.startVirtualThread(() -> {
          teller.close();
          told.add("closed");
        });
    while (closing[0].isAlive() && closing[0].getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    go.countDown();
    closing[0].join();

    assertThat(told).containsExactly("2", "closed");
  }

  @Test
  void close_byTheListener_doesNotWaitAndTellsTheRest() throws Exception {
    CountDownLatch done = new CountDownLatch(2);
    EventTeller<String> teller = new EventTeller<>("test");
    teller.listen(event -> {
      awaitQuietly(go);
      teller.close();
      told.add(event);
      done.countDown();
    });

    teller.tell("1");
    teller.tell("2");
    go.countDown();

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(told).containsExactly("1", "2");
  }

  @Test
  void close_byAnInterruptedThread_tellsAllNevertheless() throws Exception {
    EventTeller<String> teller = withLosses(this::takeSlowly);
    teller.tell("1");
    teller.tell("2");
    Thread closing =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              teller.close();
              told.add("interrupted: " + Thread.currentThread().isInterrupted());
            });
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
    while (closing.isAlive() && closing.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    go.countDown();
    closing.join();

    assertThat(told).containsExactly("1", "2", "interrupted: true");
  }

  @Test
  void awaitTold_listenerDoesNotReturn_endsItAndTellsNoMore() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    EventTeller<String> teller =
        withLosses(event -> {
          told.add(event);
          busy.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    teller.tell("1");
    teller.tell("2");
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();

    teller.end();
    teller.awaitTold(Duration.ofMillis(10));

    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    teller.awaitTold(LIMIT);
    assertThat(told).containsExactly("1");
  }

  @Test
  void tell_nobodyListensOrItHasEnded_isDropped() {
    EventTeller<String> teller = new EventTeller<>("test");
    teller.tell("1");
    assertThat(teller.isHeard()).isFalse();

    teller.listen(told::add);
    teller.listen(event -> told.add("again " + event));
    teller.tell("2");
    teller.end();
    teller.tell("3");
    teller.tellLast("4");
    teller.awaitTold(LIMIT);

    assertThat(told).containsExactly("2", "again 2");
    assertThat(teller.isHeard()).isTrue();
  }

  private EventTeller<String> withLosses(Consumer<String> listener) {
    return new EventTeller<>("test", lost -> lost + " lost", listener);
  }

  /** One that is told, as many as may wait, and some more. */
  private void fillUp(EventTeller<String> teller, int more) throws InterruptedException {
    teller.tell("0");
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
    for (int n = 1; n <= EventTeller.MOST_WAITING + more; n++) {
      teller.tell("" + n);
    }
  }

  private void takeSlowly(String event) {
    busy.countDown();
    awaitQuietly(go);
    told.add(event);
  }

  private static void joinQuietly(Thread thread, Duration limit) {
    try {
      boolean unused = thread.join(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
