package dev.brood.workers.broker;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.event.EventTeller;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes messages on among this process and its children: by topic, by name, to all, and requests
 * with their replies. Thread-safe.
 *
 * <p>A child takes part with ordinary messages ({@code process.send} in Node) whose shapes are in
 * {@code sdk/PROTOCOL.md}; whatever else it sends stays with its channel. A topic is words with
 * dots between them; in a pattern {@code *} stands for exactly one word and {@code #}, as the last
 * word, for any number of them, none included.
 *
 * <p>Each receiver has a bounded queue and a virtual thread of its own: one that does not keep up
 * costs {@link BrokerOptions#queueLimitBytes} and slows nobody; what happens to its messages says
 * {@link WhenBehind}. Receivers get the messages of one sender in the order in which they were
 * sent, and all receivers of a topic get its messages in the same order.
 *
 * <p>A message is delivered at most once, and nobody acknowledges it. When a child ends, what the
 * kernel had taken for it and it had not read, some 200 KiB at most, is lost, and nobody is told;
 * so is what it had read and not finished. All else, which waits here or in its channel, goes to
 * another of the group that it was for, late and perhaps out of order, or becomes a {@link
 * DeadLetter}. Who must know that a message was worked on asks for a reply: each {@linkplain
 * #request request} is answered or fails.
 */
public final class Broker implements AutoCloseable {
  private final BrokerOptions options;
  private final DeadLetters deadLetters = new DeadLetters();
  private final EventTeller<PresenceEvent> presence = new EventTeller<>("brood-broker-presence");
  private final Roster roster;
  private final Router router;

  private Broker(BrokerOptions options) {
    this.options = options;
    Turnstile turnstile = new Turnstile();
    this.roster = new Roster(turnstile, deadLetters, presence);
    this.router = new Router(deadLetters, turnstile, roster);
  }

  /** A broker with {@link BrokerOptions#DEFAULT}. */
  public static Broker open() {
    return open(BrokerOptions.DEFAULT);
  }

  /** A broker with these bounds. */
  public static Broker open(BrokerOptions options) {
    return new Broker(options);
  }

  /**
   * Lets a child take part under a name; it leaves when its channel ends. The channel stays the
   * caller's. What the child has said to a broker before is heard now, unless this process has
   * received it, or has a handler of all messages: join first, then set that.
   *
   * @throws IllegalArgumentException if the name is empty, longer than 255 bytes or has control
   *     characters
   * @throws IllegalStateException if the name is taken, the channel takes part in a broker already,
   *     or this one is closed
   */
  public void join(String name, Channel channel) {
    if (!TopicPattern.isName(name)) {
      throw new IllegalArgumentException(
          "a name has 1 to 255 bytes and no control characters: \"" + name + "\"");
    }
    Member member = roster.join(name, channel, router, options);
    channel.onDisconnect().thenRun(() -> roster.ended(member));
  }

  /**
   * Ends the part of a child; its channel stays open. What waits for it becomes dead letters.
   *
   * @return false if nobody has that name
   */
  public boolean leave(String name) {
    return roster.leave(name);
  }

  /** The names of those who take part, sorted. */
  public List<String> names() {
    return roster.names();
  }

  /** How many messages wait for a child; 0 for an unknown name. */
  public int waiting(String name) {
    Member member = roster.find(name);
    return member == null ? 0 : member.queue().size();
  }

  /** How many messages could not be delivered so far. */
  public long deadLetterCount() {
    return deadLetters.count();
  }

  /**
   * Publishes to all who have subscribed to the topic, and one of each group.
   *
   * @throws BrokerException if it is no topic
   * @throws dev.brood.workers.channel.EncodingException if the body cannot be written by the codec
   *     of one of those who may get it; then nobody does
   */
  public void publish(String topic, @Nullable Object body) {
    router.publish(null, topic, body);
  }

  /**
   * Hears of what is published, from now on. The body is the object itself if this process has
   * published it.
   *
   * @throws BrokerException if it is no pattern
   */
  public Subscription subscribe(String pattern, Consumer<Letter> handler) {
    return subscription(pattern, null, handler);
  }

  /**
   * As one of a group: of those that have subscribed to the same pattern in the same group, here
   * and in children, one gets each message, the one with the least to do.
   *
   * @throws BrokerException if it is no pattern
   * @throws IllegalArgumentException if the group is no name
   */
  public Subscription subscribe(String pattern, String group, Consumer<Letter> handler) {
    if (!TopicPattern.isName(group)) {
      throw new IllegalArgumentException("a group has a name: \"" + group + "\"");
    }
    return subscription(pattern, group, handler);
  }

  /**
   * Sends to one child.
   *
   * @return false if nobody has that name
   * @throws dev.brood.workers.channel.EncodingException if its codec cannot write the body
   */
  public boolean send(String name, @Nullable Object body) {
    return router.send(null, name, body, null);
  }

  /**
   * Sends to one child with a descriptor. That belongs to the broker now, which closes it when it
   * is sent, or cannot be; but not a connection that is to be {@linkplain Handle#keepOpen kept
   * open}.
   *
   * @return false if nobody has that name
   * @throws dev.brood.workers.channel.EncodingException if its codec cannot write the body
   */
  public boolean send(String name, @Nullable Object body, Handle handle) {
    return router.send(null, name, body, handle);
  }

  /**
   * Sends to all children.
   *
   * @throws dev.brood.workers.channel.EncodingException if the body cannot be written by the codec
   *     of one of them; then nobody gets it
   */
  public void broadcast(@Nullable Object body) {
    router.broadcast(null, body);
  }

  /**
   * Asks one child and waits for its reply.
   *
   * @throws BrokerException if nobody has that name, its queue is full, or it leaves or ends
   * @throws dev.brood.workers.channel.RequestTimeoutException if no reply comes in time
   * @throws dev.brood.workers.channel.RequestFailedException if it answers with an error
   * @throws dev.brood.workers.channel.EncodingException if its codec cannot write the body
   */
  public Message request(String name, @Nullable Object body, Duration limit)
      throws InterruptedException {
    try {
      return router.request(null, name, body, null, limit).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkersException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** As {@link #request}, without waiting; completed on a virtual thread. */
  public CompletableFuture<Message> requestAsync(
      String name, @Nullable Object body, Duration limit) {
    return router
        .request(null, name, body, null, limit)
        .thenApplyAsync(reply -> reply, Thread::startVirtualThread);
  }

  /**
   * Tells of who comes and goes from now on, on one virtual thread, in order. A handler that is
   * {@value EventTeller#MOST_WAITING} events behind misses some, which is logged.
   */
  public Broker onPresence(Consumer<PresenceEvent> handler) {
    presence.listen(handler);
    return this;
  }

  /**
   * Tells of messages that cannot be delivered, as {@link #onPresence} does. Without a handler they
   * are counted and logged, ever more rarely.
   */
  public Broker onDeadLetter(Consumer<DeadLetter> handler) {
    deadLetters.handle(handler);
    return this;
  }

  /**
   * Lets everybody leave and ends all subscriptions; the channels stay open. Who has gone and what
   * is lost has been told when it returns, as far as that takes less than 5 s of each handler.
   * Idempotent.
   */
  @Override
  public void close() {
    roster.close();
    deadLetters.close();
    presence.close();
  }

  private Subscription subscription(
      String pattern, @Nullable String group, Consumer<Letter> handler) {
    TopicPattern parsed = TopicPattern.of(pattern);
    LocalSubscriber subscriber = new LocalSubscriber(options, handler, roster::end);
    roster.subscribe(subscriber, parsed, group);
    return new Subscription(roster, parsed, subscriber);
  }
}
