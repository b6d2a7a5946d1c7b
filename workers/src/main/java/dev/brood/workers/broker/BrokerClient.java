package dev.brood.workers.broker;

import dev.brood.workers.channel.BrokerLink;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.WorkersException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Java child's part in the broker of its parent: {@code BrokerClient.of(Channel.parent().get())}.
 * Thread-safe.
 *
 * <p>Set the handlers, then {@link #start}: from then on what arrives goes to them, on one virtual
 * thread, in order; first what came before and nobody has received. While a handler is at work, up
 * to {@value ClientInbox#LIMIT} messages wait; then the channel is not read on, replies to requests
 * included, and the parent's broker does with this child as with any that does not keep up. Who
 * only sends and asks need not start. Requests of others come to {@link Channel#onRequest} as the
 * parent's do; {@link Message#from} says who asks.
 */
public final class BrokerClient implements AutoCloseable {
  private final Channel channel;
  private final ClientInbox inbox = new ClientInbox();
  private final BrokerLink link;

  private BrokerClient(Channel channel) {
    this.channel = channel;
    this.link = channel.brokerLink(ClientInbox.VERBS, this::arrived);
    channel.onDisconnect().thenRun(inbox::end);
  }

  /**
   * Takes part by way of this channel.
   *
   * @throws IllegalStateException if it takes part in a broker already
   */
  public static BrokerClient of(Channel channel) {
    return new BrokerClient(channel);
  }

  /**
   * Gets what is published, sent by name or broadcast. A descriptor that comes along is closed.
   *
   * @throws IllegalStateException if it was started before; so do the others
   */
  public BrokerClient onLetter(Consumer<Letter> handler) {
    inbox.letterHandler(handler);
    return this;
  }

  /** Gets what comes with a descriptor, instead of {@link #onLetter}, and owns that. */
  public BrokerClient onHandle(BiConsumer<Letter, Handle> handler) {
    inbox.handleHandler(handler);
    return this;
  }

  /** Is told who is here, as if all of them came now, this child included, and then of changes. */
  public BrokerClient onPresence(Consumer<PresenceEvent> handler) {
    inbox.presenceHandler(handler);
    return this;
  }

  /** Is told what the broker has refused; without a handler it is logged. */
  public BrokerClient onRefused(Consumer<BrokerException> handler) {
    inbox.refusedHandler(handler);
    return this;
  }

  /**
   * Begins to give what arrives to the handlers.
   *
   * @throws IllegalStateException if it was started before
   * @throws dev.brood.workers.channel.ChannelClosedException if it has a handler of presence, and
   *     the channel has ended
   */
  public BrokerClient start() {
    inbox.start();
    link.begin();
    inbox.caughtUp();
    if (inbox.wantsPresence()) {
      tell("presence");
    }
    return this;
  }

  /**
   * Publishes; throws as {@link Channel#send(Object)}, as do all that follow.
   *
   * @throws EncodingException if the body cannot be written
   */
  public void publish(String topic, @Nullable Object body) {
    tell("publish", "topic", topic, "body", body);
  }

  /** Subscribes to a pattern. */
  public void subscribe(String pattern) {
    tell("subscribe", "pattern", pattern);
  }

  /** Subscribes as one of a group. */
  public void subscribe(String pattern, String group) {
    tell("subscribe", "pattern", pattern, "group", group);
  }

  /** Ends a subscription. */
  public void unsubscribe(String pattern) {
    tell("unsubscribe", "pattern", pattern);
  }

  /** Ends a subscription as one of a group. */
  public void unsubscribe(String pattern, String group) {
    tell("unsubscribe", "pattern", pattern, "group", group);
  }

  /** Sends to another child. If nobody has that name, the parent is told, not this child. */
  public void send(String name, @Nullable Object body) {
    tell("send", "to", name, "body", body);
  }

  /** Sends to another child, with a descriptor. */
  public void send(String name, @Nullable Object body, Handle handle) {
    boolean unused = channel.send(message("send", "to", name, "body", body), handle);
  }

  /** Sends to all other children. */
  public void broadcast(@Nullable Object body) {
    tell("broadcast", "body", body);
  }

  /**
   * Asks another child and waits for its reply.
   *
   * @throws dev.brood.workers.channel.RequestTimeoutException if none comes in time
   * @throws dev.brood.workers.channel.RequestFailedException if it answers with an error, or the
   *     broker does: its names are in {@code sdk/PROTOCOL.md}
   * @throws dev.brood.workers.channel.ChannelClosedException if the channel ends before
   */
  public Message request(String name, @Nullable Object body, Duration limit)
      throws InterruptedException {
    try {
      return requestAsync(name, body, limit).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkersException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * As {@link #request}, without waiting, but for room in the channel's queue, up to {@code limit}.
   * The future fails with the same errors.
   */
  public CompletableFuture<Message> requestAsync(
      String name, @Nullable Object body, Duration limit) {
    int id = link.nextId();
    CompletableFuture<Message> reply = link.await(id, limit);
    Map<String, @Nullable Object> message = message("request", "to", name, "body", body);
    message.put("id", id);
    message.put("limit", Math.max(1, TimeUnit.MILLISECONDS.convert(limit)));
    link.ask(id, message, limit);
    return reply;
  }

  /** Lets go of the channel, which stays open; what is subscribed stays so. Idempotent. */
  @Override
  public void close() {
    link.close();
    inbox.end();
  }

  private void arrived(Message message) {
    inbox.add(message, link::isChannelClosed);
  }

  private void tell(String verb, @Nullable Object... keysAndValues) {
    boolean unused = channel.send(message(verb, keysAndValues));
  }

  private static Map<String, @Nullable Object> message(
      String verb, @Nullable Object... keysAndValues) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("brood", verb);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      message.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return message;
  }

  static Optional<String> text(Map<?, ?> map, String key) {
    return map.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
