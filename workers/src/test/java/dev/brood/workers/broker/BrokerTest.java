package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.RequestTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class BrokerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final BlockingQueue<Letter> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeadLetter> dead = new LinkedBlockingQueue<>();

  @Test
  void publish_toAPattern_reachesChildrenAndThisProcess() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild shop = FakeChild.join(broker, "shop");
        FakeChild mail = FakeChild.join(broker, "mail");
        Subscription own = broker.subscribe("orders.#", heard::add)) {
      mail.subscribe("orders.*.created");
      shop.tell("brood", "publish", "topic", "orders.eu.created", "body", Map.of("id", 1));
      assertThat(mail.next())
          .isEqualTo(
              Map.of(
                  "brood", "message",
                  "topic", "orders.eu.created",
                  "from", "shop",
                  "body", Map.of("id", 1)));
      Letter letter = heard();
      assertThat(letter.from()).hasValue("shop");
      assertThat(letter.topic()).hasValue("orders.eu.created");
      assertThat(letter.body()).isEqualTo(Map.of("id", 1));
      broker.publish("orders.us.created", 2);
      assertThat(mail.next())
          .isEqualTo(Map.of("brood", "message", "topic", "orders.us.created", "body", 2));
      assertThat(heard().from()).isEmpty();
      assertThat(own.pattern()).isEqualTo("orders.#");
    }
  }

  @Test
  void publish_toTwoPatternsOfOneChild_isDeliveredOnce() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.join(broker, "child")) {
      child.subscribe("a.*").subscribe("#").subscribe("a.b", "group");
      child.tell("brood", "publish", "topic", "a.b", "body", 1);
      child.tell("brood", "publish", "topic", "a.c", "body", 2);
      assertThat(body(child)).isEqualTo(1);
      assertThat(body(child)).isEqualTo(2);
    }
  }

  @Test
  void unsubscribe_endsOneSubscription() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.join(broker, "child")) {
      child.subscribe("a").subscribe("b").tell("brood", "unsubscribe", "pattern", "a").settle();
      broker.publish("a", 1);
      broker.publish("b", 2);
      assertThat(body(child)).isEqualTo(2);
    }
  }

  @Test
  void send_byName_reachesThatChildOnly() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild one = FakeChild.join(broker, "one");
        FakeChild two = FakeChild.join(broker, "two")) {
      one.tell("brood", "send", "to", "two", "body", "hello");
      assertThat(two.next()).isEqualTo(Map.of("brood", "message", "from", "one", "body", "hello"));
      assertThat(broker.send("one", null)).isTrue();
      assertThat(body(one)).isNull();
      assertThat(broker.send("three", 1)).isFalse();
      one.tell("brood", "send", "to", "three", "body", 2);
      assertThat(dead().reason()).isEqualTo(Reason.UNKNOWN_NAME);
      DeadLetter second = dead();
      assertThat(second.receiver()).hasValue("three");
      assertThat(second.letter().from()).hasValue("one");
      assertThat(broker.deadLetterCount()).isEqualTo(2);
    }
  }

  @Test
  void broadcast_ofAChild_reachesAllOthers() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild one = FakeChild.join(broker, "one");
        FakeChild two = FakeChild.join(broker, "two");
        FakeChild three = FakeChild.join(broker, "three")) {
      one.tell("brood", "broadcast", "body", "closing");
      Map<String, Object> expected =
          Map.of("brood", "message", "from", "one", "broadcast", true, "body", "closing");
      assertThat(two.next()).isEqualTo(expected);
      assertThat(three.next()).isEqualTo(expected);
      broker.broadcast("mine");
      assertThat(body(one)).isEqualTo("mine");
    }
  }

  @Test
  void request_ofAChildToAnother_isAnsweredWithTheAskersId() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild asker = FakeChild.join(broker, "asker");
        FakeChild other = FakeChild.join(broker, "other")) {
      var one = asker.ask("other", 20);
      var two = asker.ask("other", 30);
      Message first = other.receive();
      Message second = other.receive();
      assertThat(first.isRequest()).isTrue();
      second.reply(31);
      assertThat(two.get(30, TimeUnit.SECONDS).value()).isEqualTo(31);
      first.replyError("no");
      assertThat(failure(one)).isEqualTo("Error: no");
    }
  }

  @Test
  @SuppressWarnings("try") // closing early is what is tested
  void request_thatCannotBeAnswered_failsByName() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULT.requests(1, LIMIT);
    try (Broker broker = Broker.open(options);
        FakeChild asker = FakeChild.join(broker, "asker");
        FakeChild other = FakeChild.join(broker, "other")) {
      assertThat(failure(asker.ask("nobody", 1))).startsWith("UnknownName: ");
      assertThat(failure(asker.ask("other", 1, "limit", 1))).startsWith("Timeout: ");
      assertThat(failure(asker.ask("other", 1, "limit", "soon"))).startsWith("BadMessage: ");
      assertThat(failure(asker.ask(5, 1))).startsWith("BadMessage: ");
      var last = asker.ask("other", 1);
      assertThat(failure(asker.ask("other", 1))).startsWith("Full: ");
      other.close();
      assertThat(failure(last)).startsWith("Left: ");
    }
  }

  @Test
  void request_ofThisProcess_isAnsweredOrFails() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.join(broker, "child")) {
      Thread answering = Thread.startVirtualThread(() -> answerTwo(child));
      assertThat(broker.request("child", 1, LIMIT).value()).isEqualTo("one");
      assertThatThrownBy(() -> broker.request("child", 2, LIMIT))
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("two is too much");
      answering.join();
      assertThatThrownBy(() -> broker.request("child", 3, Duration.ofMillis(1)))
          .isInstanceOf(RequestTimeoutException.class);
      assertProblem(() -> broker.request("nobody", 1, LIMIT), Problem.UNKNOWN_NAME);
      var reply = broker.requestAsync("child", 4, LIMIT);
      assertThat(broker.leave("child")).isTrue();
      assertThat(reply.handle((message, problem) -> problem).get().getCause())
          .isInstanceOfSatisfying(
              BrokerException.class, e -> assertThat(e.problem()).isEqualTo(Problem.LEFT));
      assertThat(broker.leave("child")).isFalse();
    }
  }

  @Test
  void presence_isToldToWhoAsks() throws Exception {
    BlockingQueue<PresenceEvent> events = new LinkedBlockingQueue<>();
    try (Broker broker = Broker.open().onPresence(events::add);
        FakeChild one = FakeChild.join(broker, "one")) {
      one.tell("brood", "presence");
      assertThat(one.next()).isEqualTo(Map.of("brood", "presence", "names", List.of("one")));
      try (FakeChild two = FakeChild.join(broker, "two")) {
        assertThat(one.next()).isEqualTo(Map.of("brood", "joined", "name", "two"));
        assertThat(broker.names()).containsExactly("one", "two");
        two.tell("brood", "presence");
        assertThat(two.next())
            .isEqualTo(Map.of("brood", "presence", "names", List.of("one", "two")));
      }
      assertThat(one.next()).isEqualTo(Map.of("brood", "left", "name", "two"));
      assertThat(broker.names()).containsExactly("one");
      assertThat(poll(events)).isEqualTo(new PresenceEvent.Joined("one"));
      assertThat(poll(events)).isEqualTo(new PresenceEvent.Joined("two"));
      assertThat(poll(events)).isEqualTo(new PresenceEvent.Left("two"));
    }
  }

  @Test
  void messages_ofTheWrongShape_areRefusedAndOthersStayTheUsers() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.join(broker, "child")) {
      child.tell("brood", "publish", "topic", "a..b");
      assertThat(refusal(child)).isEqualTo("publish BadTopic");
      child.tell("brood", "publish");
      assertThat(refusal(child)).isEqualTo("publish BadMessage");
      child.tell("brood", "subscribe", "pattern", "#.a");
      assertThat(refusal(child)).isEqualTo("subscribe BadPattern");
      child.tell("brood", "subscribe", "pattern", "a", "group", 7);
      assertThat(refusal(child)).isEqualTo("subscribe BadMessage");
      child.tell("brood", "beat").tell("hello", 1).tell("brood", "request", "id", 1, "body", 2);
      assertThat(child.parents().receive().field("brood")).hasValue("beat");
      assertThat(child.parents().receive().field("hello")).hasValue(1);
      assertThat(child.parents().receive().isRequest()).isTrue();
    }
  }

  @Test
  void subscriptions_beyondTheLimit_areRefused() throws Exception {
    try (Broker broker = Broker.open(BrokerOptions.DEFAULT.subscriptionLimit(2));
        FakeChild child = FakeChild.join(broker, "child")) {
      child.subscribe("a").subscribe("a").subscribe("b");
      child.tell("brood", "subscribe", "pattern", "c");
      assertThat(refusal(child)).isEqualTo("subscribe Full");
      child.tell("brood", "unsubscribe", "pattern", "a").subscribe("c");
    }
  }

  @Test
  void group_sharesMessagesInTurn() throws Exception {
    try (Broker broker = Broker.open();
        FakeChild one = FakeChild.join(broker, "one");
        FakeChild two = FakeChild.join(broker, "two");
        Subscription own = broker.subscribe("job.*", "workers", heard::add)) {
      one.subscribe("job.*", "workers");
      two.subscribe("job.*", "workers");
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        broker.publish("job.x", i);
      }
      one.tell("stop", 1);
      for (FakeChild child : List.of(one, two)) {
        assertThat(broker.send(child.equals(one) ? "one" : "two", "end")).isTrue();
        for (Object body = body(child); !body.equals("end"); body = body(child)) {
          all.add(body);
        }
      }
      while (all.size() < 30) {
        all.add(heard().body());
      }
      assertThat(all).doesNotHaveDuplicates().hasSize(30);
      assertThat(own.isOpen()).isTrue();
    }
  }

  @Test
  void groupMember_thatLeavesBehindMessages_leavesThemToTheOthers() throws Exception {
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild slow = FakeChild.join(broker, "slow");
        FakeChild other = FakeChild.join(broker, "other")) {
      slow.subscribe("job", "g");
      String text = "x".repeat(200_000);
      for (int i = 0; i < 20; i++) {
        broker.publish("job", List.of(i, text));
      }
      assertThat(broker.waiting("slow")).isGreaterThan(5);
      other.subscribe("job", "g");
      assertThat(broker.leave("slow")).isTrue();
      List<Integer> numbers = new ArrayList<>();
      while (!numbers.contains(19)) {
        // Among them, at any place, that "slow" has left.
        if (body(other) instanceof List<?> job) {
          numbers.add((Integer) job.getFirst());
        }
      }
      assertThat(numbers).hasSizeGreaterThan(5).isSorted().doesNotHaveDuplicates();
      assertThat(dead).isEmpty();
    }
  }

  @Test
  void bodies_thatCannotBeWritten_areErrorsHereAndDeadLettersThere() throws Exception {
    ChannelOptions small = ChannelOptions.of(Codec.JSON).messageLimitBytes(1000);
    try (Broker broker = Broker.open().onDeadLetter(dead::add);
        FakeChild child = FakeChild.join(broker, "child", small)) {
      child.subscribe("a");
      List<Object> circle = new ArrayList<>();
      circle.add(circle);
      assertThatThrownBy(() -> broker.publish("a", circle)).isInstanceOf(EncodingException.class);
      broker.publish("a", "x".repeat(2000));
      assertThat(dead().reason()).isEqualTo(Reason.TOO_LARGE);
      broker.publish("nobody.listens", 1);
      assertThat(dead().reason()).isEqualTo(Reason.NO_SUBSCRIBER);
    }
  }

  @Test
  void order_ofManyPublishers_isTheSameForAll() throws Exception {
    final int each = 300;
    try (Broker broker = Broker.open();
        FakeChild a = FakeChild.join(broker, "a");
        FakeChild b = FakeChild.join(broker, "b");
        FakeChild c = FakeChild.join(broker, "c")) {
      List<FakeChild> children = List.of(a, b, c);
      for (FakeChild child : children) {
        child.subscribe("t");
      }
      List<Thread> threads = new ArrayList<>();
      List<List<String>> seen = new ArrayList<>();
      for (FakeChild child : children) {
        List<String> mine = Collections.synchronizedList(new ArrayList<>());
        seen.add(mine);
        threads.add(
            Thread.startVirtualThread(() -> {
              for (int i = 0; i < each; i++) {
                child.tell("brood", "publish", "topic", "t", "body", i);
              }
            }));
        threads.add(Thread.startVirtualThread(() -> collect(child, mine, 3 * each)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(seen.get(0)).hasSize(3 * each).isEqualTo(seen.get(1)).isEqualTo(seen.get(2));
      for (String name : List.of("a", "b", "c")) {
        List<Integer> ofOne =
            seen.getFirst().stream()
                .filter(text -> text.startsWith(name))
                .map(text -> Integer.valueOf(text.substring(2)))
                .toList();
        assertThat(ofOne).isSorted().hasSize(each);
      }
    }
  }

  @Test
  void fiftyChildren_allGetABroadcast() throws Exception {
    List<FakeChild> children = new ArrayList<>();
    try (Broker broker = Broker.open()) {
      for (int i = 0; i < 50; i++) {
        children.add(FakeChild.join(broker, "child-" + i));
      }
      broker.broadcast("all");
      for (FakeChild child : children) {
        assertThat(body(child)).isEqualTo("all");
      }
    } finally {
      children.forEach(FakeChild::close);
    }
  }

  @Test
  @SuppressWarnings("try") // closing early is what is tested
  void handlers_thatFail_areCalledAgain() throws Exception {
    try (Broker broker = Broker.open();
        Subscription own =
            broker.subscribe(
                "#",
                letter -> {
                  heard.add(letter);
                  throw new IllegalStateException("by the test");
                })) {
      broker.publish("a", 1);
      broker.publish("b", 2);
      assertThat(heard().body()).isEqualTo(1);
      assertThat(heard().body()).isEqualTo(2);
      own.close();
      broker.publish("c", 3);
      assertThat(own.isOpen()).isFalse();
      assertThat(broker.deadLetterCount()).isEqualTo(1);
    }
  }

  @Test
  @SuppressWarnings("try") // closing early is what is tested
  void join_twiceOrWithABadName_isRefused() {
    try (Broker broker = Broker.open();
        FakeChild child = FakeChild.join(broker, "child")) {
      assertThatThrownBy(() -> broker.join("child", child.childs()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> broker.join("again", child.parents()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> broker.join("", child.childs()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(broker.names()).containsExactly("child");
      assertThat(broker.leave("child")).isTrue();
      broker.join("again", child.parents());
      broker.close();
      assertThatThrownBy(() -> broker.join("child", child.parents()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static void answerTwo(FakeChild child) {
    try {
      child.receive().reply("one");
      child.receive().replyError("two is too much");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void collect(FakeChild child, List<String> into, int count) {
    try {
      for (int i = 0; i < count; i++) {
        Map<?, ?> map = (Map<?, ?>) child.next();
        into.add(map.get("from") + " " + map.get("body"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Object body(FakeChild child) throws InterruptedException {
    return ((Map<?, ?>) child.next()).get("body");
  }

  /** How a request failed: the name that the broker gives it, and its text. */
  private static String failure(CompletableFuture<Message> reply) throws Exception {
    Throwable problem =
        reply.handle((message, failed) -> failed).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    RequestFailedException failed =
        (RequestFailedException)
            (problem instanceof CompletionException ? problem.getCause() : problem);
    return failed.errorName().orElse("") + ": " + failed.peerMessage();
  }

  private static String refusal(FakeChild child) throws InterruptedException {
    Map<?, ?> map = (Map<?, ?>) child.next();
    assertThat(map.get("brood")).isEqualTo("refused");
    return map.get("kind") + " " + ((Map<?, ?>) map.get("error")).get("name");
  }

  private Letter heard() throws InterruptedException {
    return poll(heard);
  }

  private DeadLetter dead() throws InterruptedException {
    return poll(dead);
  }

  private static <T> T poll(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(30, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static void assertProblem(ThrowingCallable call, Problem problem) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BrokerException.class, e -> assertThat(e.problem()).isEqualTo(problem));
  }
}
