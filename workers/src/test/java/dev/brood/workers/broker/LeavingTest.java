package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of messages whose receiver leaves or ends. */
@ExtendWith(Census.Extension.class)
class LeavingTest {
  private static final int COUNT = 4 * 100;
  private static final String TEXT = "x".repeat(10_000);

  private final BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();

  @Test
  void memberOfAGroup_thatDies_losesOnlyWhatTheKernelHadTaken() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild stuck = FakeChild.join(broker, "stuck").subscribe("job", "g");
        FakeChild other = FakeChild.join(broker, "other")) {
      int taken = publishToAStuckOne(broker, stuck);
      other.subscribe("job", "g");
      stuck.childs().close();
      List<Object> numbers = new ArrayList<>();
      for (int i = taken; i < COUNT; i++) {
        numbers.add(((List<?>) body(other)).getFirst());
      }
      assertThat(numbers).containsExactlyInAnyOrderElementsOf(numbersFrom(taken));
      assertThat(dead).isEmpty();
    }
  }

  @Test
  void memberOfAGroup_thatDiesWhileItIsServed_leavesTheRestInOrder() throws Exception {
    for (int round = 0; round < 20; round++) {
      try (Broker broker = Broker.open().onDeadLetter(dead::add);
          FakeChild served = FakeChild.join(broker, "served").subscribe("job", "g");
          FakeChild other = FakeChild.join(broker, "other")) {
        for (int i = 0; i < COUNT; i++) {
          broker.publish("job", List.of(i, TEXT));
        }
        other.subscribe("job", "g");
        for (int i = 0; i < 50 + round; i++) {
          assertThat(served.receive()).isNotNull();
        }
        served.childs().close();
        List<Integer> numbers = new ArrayList<>();
        for (Message next = other.receive();
            !next.field("brood").equals(Optional.of("left"));
            next = other.receive()) {
          numbers.add((Integer) ((List<?>) next.field("body").orElseThrow()).getFirst());
        }
        assertThat(numbers).isSorted().doesNotHaveDuplicates().last().isEqualTo(COUNT - 1);
        assertThat(dead).isEmpty();
      }
    }
  }

  @Test
  void lastOfAGroup_thatDies_leavesDeadLetters() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild stuck = FakeChild.join(broker, "stuck").subscribe("job", "g")) {
      int taken = publishToAStuckOne(broker, stuck);
      stuck.childs().close();
      List<Object> numbers = new ArrayList<>();
      for (int i = taken; i < COUNT; i++) {
        DeadLetter letter = dead.poll(60, TimeUnit.SECONDS);
        assertThat(letter.reason()).isEqualTo(Reason.LEFT);
        assertThat(letter.receiver()).hasValue("stuck");
        numbers.add(((List<?>) letter.letter().body()).getFirst());
      }
      assertThat(numbers).containsExactlyInAnyOrderElementsOf(numbersFrom(taken));
      assertThat(broker.deadLetterCount()).isEqualTo(COUNT - taken);
    }
  }

  @Test
  void memberOfAGroup_thatCannotBeSentAnything_leavesAllToTheOthers() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild deaf = FakeChild.join(broker, "deaf").subscribe("job", "g");
        FakeChild other = FakeChild.join(broker, "other").subscribe("job", "g")) {
      deaf.parents().disconnect(); // the child itself is still there
      List<Object> bodies = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        broker.publish("job", i);
        bodies.add(body(other));
      }
      assertThat(bodies).isEqualTo(IntStream.range(0, 10).boxed().toList());
      assertThat(dead).isEmpty();
    }
  }

  @Test
  void memberOfAGroup_thatLeaves_leavesNothingToWhomGotItAlready() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild stuck = FakeChild.join(broker, "stuck").subscribe("job", "g");
        FakeChild other = FakeChild.join(broker, "other").subscribe("job")) {
      for (int i = 0; i < COUNT; i++) {
        broker.publish("job", List.of(i, TEXT));
      }
      assertThat(broker.waiting("stuck")).isPositive();
      List<Object> numbers = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        numbers.add(((List<?>) body(other)).getFirst());
      }
      other.subscribe("job", "g");
      assertThat(broker.leave("stuck")).isTrue();
      assertThat(broker.send("other", "end")).isTrue();
      assertThat(body(other)).isEqualTo("end");
      assertThat(numbers).isEqualTo(IntStream.range(0, COUNT).boxed().toList());
      assertThat(stuck.parents().isConnected()).isTrue();
    }
  }

  @Test
  void childThatLeaves_mayComeAgainUnderAnotherName() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild child = FakeChild.join(broker, "one")) {
      child.subscribe("a");
      assertThat(broker.leave("one")).isTrue();
      child.tell("brood", "publish", "topic", "a", "body", 1);
      child.joins(broker, "two").settle();
      broker.publish("a", 2);
      for (int i = 1; i <= 2; i++) { // what it had subscribed to is forgotten
        DeadLetter letter = dead.poll(60, TimeUnit.SECONDS);
        assertThat(letter.reason()).isEqualTo(Reason.NO_SUBSCRIBER);
        assertThat(letter.letter().body()).isEqualTo(i);
      }
      assertThat(broker.send("two", 3)).isTrue();
      assertThat(child.receive().field("body")).hasValue(3);
      assertThat(broker.names()).containsExactly("two");
    }
  }

  @Test
  void request_toAChildThatDies_failsAsOneThatLeaves() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (Broker broker = Broker.open();
          FakeChild child = FakeChild.join(broker, "child")) {
        var reply = broker.requestAsync("child", 1, Duration.ofSeconds(60));
        assertThat(child.receive().isRequest()).isTrue();
        child.childs().close();
        assertThat(reply.handle((message, problem) -> problem).get().getCause())
            .isInstanceOfSatisfying(
                BrokerException.class, e -> assertThat(e.problem()).isEqualTo(Problem.LEFT));
      }
    }
  }

  @Test
  @SuppressWarnings("try") // closing early is what is tested
  void subscriberOfThisProcess_thatEndsWithAnError_leavesItsMessagesToTheGroup() throws Exception {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    CompletableFuture<Void> bothAreHere = new CompletableFuture<>();
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        Subscription broken =
            broker.subscribe(
                "job",
                "g",
                letter -> {
                  bothAreHere.join();
                  throw new LinkageError("by the test");
                })) {
      for (int i = 0; i < 10; i++) {
        broker.publish("job", i);
      }
      try (Subscription whole = broker.subscribe("job", "g", letter -> heard.add(letter.body()))) {
        bothAreHere.complete(null);
        for (int i = 1; i < 10; i++) { // the first has ended the other
          assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo(i);
        }
        assertThat(broken.isOpen()).isFalse();
        assertThat(whole.isOpen()).isTrue();
        assertThat(dead).isEmpty();
      }
    }
  }

  private static List<Object> numbersFrom(int first) {
    return IntStream.range(first, COUNT).<Object>mapToObj(i -> i).toList();
  }

  /** What comes next, besides the news that somebody has left. */
  private static Object body(FakeChild child) throws InterruptedException {
    Message next = child.receive();
    while (next.field("brood").equals(Optional.of("left"))) {
      next = child.receive();
    }
    return next.field("body").orElseThrow();
  }

  /** Publishes until nothing moves any more; how many of the messages the kernel has taken. */
  private static int publishToAStuckOne(Broker broker, FakeChild stuck) throws Exception {
    for (int i = 0; i < COUNT; i++) {
      broker.publish("job", List.of(i, TEXT));
    }
    long before = -1;
    long now = left(broker, stuck);
    for (int same = 0; same < 50; same = now == before ? same + 1 : 0) {
      boolean unused = stuck.parents().flush(Duration.ofMillis(20)); // lets it do what it can
      before = now;
      now = left(broker, stuck);
    }
    assertThat(stuck.parents().queuedBytes()).isPositive();
    return (int) (COUNT - now);
  }

  private static long left(Broker broker, FakeChild stuck) {
    return broker.waiting("stuck") + stuck.parents().queuedBytes() / TEXT.length();
  }
}
