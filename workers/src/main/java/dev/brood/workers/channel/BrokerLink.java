package dev.brood.workers.channel;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a broker takes part in a channel, besides its ordinary messages: made for the package {@code
 * broker}. Thread-safe.
 */
public final class BrokerLink implements AutoCloseable {
  private final Channel channel;
  private final Set<String> verbs;
  private final Consumer<Message> handler;
  private final ReentrantLock order = new ReentrantLock();
  private volatile boolean closed;

  BrokerLink(Channel channel, Set<String> verbs, Consumer<Message> handler) {
    this.channel = channel;
    this.verbs = Set.copyOf(verbs);
    this.handler = handler;
  }

  /**
   * Begins to take messages: on this thread those that came before and wait to be received, then on
   * the thread that reads those that follow; none overtakes another.
   */
  public void begin() {
    order.lock();
    try {
      channel.beginBroker(this).forEach(this::handle);
    } finally {
      order.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether a message is for the broker. A request is only if it is for somebody by name. */
  boolean takes(Message message) {
    return !closed
        && message.sent() instanceof Map<?, ?> map
        && map.get("brood") instanceof String verb
        && verbs.contains(verb)
        && (message.isForAnother() || !verb.equals("request"));
  }

  void arrived(Message message) {
    order.lock(); // held while the first ones are handled
    try {
      handle(message);
    } finally {
      order.unlock();
    }
  }

  private void handle(Message message) {
    try {
      handler.accept(message.asSent());
    } catch (RuntimeException e) {
      message.discard();
      BackgroundLog.log(
          "dev.brood.workers",
          Level.ERROR,
          channel + ": a message for a broker could not be handled",
          e);
    }
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

  /**
   * Sends a request that is awaited, and waits for room no longer than that. It fails with what
   * goes wrong.
   */
  public void ask(int id, Map<String, @Nullable Object> request, Duration limit) {
    channel.sendRequest(id, request, limit);
  }

  /** Ends the wait for a request that will not be answered. */
  public void fail(int id, WorkersException reason) {
    boolean unused = channel.requests().fail(id, reason);
  }

  /**
   * Sends a frame of the channel's codec; as {@link Channel#send(Object)} otherwise.
   *
   * @param ifUnsent done if the channel ends before the kernel has all of the frame, in the order
   *     of sending; at the latest when {@link Channel#onDisconnect} is completed, or a later call
   *     throws because of the end. It must not wait for anything
   * @throws MessageTooLargeException if it is longer than the limit
   * @throws ChannelFullException as there
   * @throws ChannelClosedException as there
   */
  public boolean send(byte[] frame, Runnable ifUnsent) {
    return channel.sendFrame(frame, ifUnsent);
  }

  /** As {@link Channel#send(Object, Handle)}; {@code ifUnsent} as for a frame. */
  public boolean send(@Nullable Object value, Handle handle, Runnable ifUnsent) {
    return channel.sendHandle(value, handle, ifUnsent);
  }

  /** Whether this side has closed the channel, so that nobody wants what still comes. */
  public boolean isChannelClosed() {
    return channel.isClosed();
  }

  /** Leaves: further messages of a broker's are ordinary ones. */
  @Override
  public void close() {
    closed = true;
    channel.leaveBroker(this);
  }
}
