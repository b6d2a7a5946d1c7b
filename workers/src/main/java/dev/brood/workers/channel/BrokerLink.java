package dev.brood.workers.channel;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * How a broker takes part in a channel, besides its ordinary messages: made for the package {@code
 * broker}. Thread-safe.
 */
public final class BrokerLink implements AutoCloseable {
  private final Channel channel;
  private final Set<String> verbs;
  private final Consumer<Message> handler;

  BrokerLink(Channel channel, Set<String> verbs, Consumer<Message> handler) {
    this.channel = channel;
    this.verbs = Set.copyOf(verbs);
    this.handler = handler;
  }

  /** Whether a message is for the broker. A request is only if it is for somebody by name. */
  boolean takes(String verb, Map<?, ?> message) {
    return verbs.contains(verb)
        && (!verb.equals("request") || (message.containsKey("to") && message.get("id") != null));
  }

  void arrived(Message message) {
    handler.accept(message);
  }

  /** A number for a request, which no other request of this side's has. */
  public int nextId() {
    return channel.requests().next();
  }

  /**
   * Waits for the reply to a request that is about to be sent; to be called before that. Fails as
   * {@link Channel#request} does.
   */
  public CompletableFuture<Message> await(int id, Duration limit) {
    return channel.requests().await(id, limit);
  }

  /** Ends the wait for a request that will not be answered. */
  public void fail(int id, WorkersException reason) {
    boolean unused = channel.requests().fail(id, reason);
  }

  /**
   * Sends a frame of the channel's codec; as {@link Channel#send(Object)} otherwise.
   *
   * @throws MessageTooLargeException if it is longer than the limit
   * @throws ChannelFullException as there
   * @throws ChannelClosedException as there
   */
  public boolean send(byte[] frame) {
    return channel.sendFrame(frame);
  }

  /** Leaves: further messages of a broker's are ordinary ones. */
  @Override
  public void close() {
    channel.leaveBroker(this);
  }
}
