package dev.brood.workers.channel;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a {@link UnixServer} that is made again when it is lost. Thread-safe.
 *
 * <p>A message counts as sent when the kernel or the channel's queue has it; when the connection is
 * lost just then, it is lost too. What must arrive needs an answer: {@link #request}.
 *
 * <p>Set the handlers, then {@link #start}. They, and the events, run on virtual threads.
 */
public final class UnixClient implements AutoCloseable {
  private final Path path;
  private final UnixClientOptions options;
  private final CurrentChannel current;
  private boolean started;
  private @Nullable Consumer<Message> messages;
  private @Nullable Function<Message, @Nullable Object> requests;
  private Consumer<ConnectionEvent> events = event -> {};

  private UnixClient(Path path, UnixClientOptions options) {
    this.path = path;
    this.options = options;
    this.current = new CurrentChannel(path, options);
  }

  /** One that is not started yet. */
  public static UnixClient of(Path path, UnixClientOptions options) {
    return new UnixClient(path, options);
  }

  /** Gives every message to a handler, in order. See {@link Channel#onMessage}. */
  public UnixClient onMessage(Consumer<Message> handler) {
    set(() -> messages = handler);
    return this;
  }

  /** Answers requests of the server's. See {@link Channel#onRequest}. */
  public UnixClient onRequest(Function<Message, @Nullable Object> handler) {
    set(() -> requests = handler);
    return this;
  }

  /** Tells what happens, in order; the next attempt waits for the handler to return. */
  public UnixClient onEvent(Consumer<ConnectionEvent> handler) {
    set(() -> events = handler);
    return this;
  }

  /**
   * Begins to connect, and returns at once.
   *
   * @throws IllegalStateException if it was started before
   */
  public UnixClient start() {
    set(() -> started = true);
    Runnable connecting = new Reconnecting(path, options, current, this::prepare, events);
    Thread unused = Thread.ofVirtual().name("brood-client " + path).start(connecting);
    return this;
  }

  /**
   * Waits for a connection.
   *
   * @return false if there is none within the limit
   * @throws ChannelClosedException if it has given up, or is closed
   */
  public boolean awaitConnected(Duration limit) throws InterruptedException {
    return current.await(limit);
  }

  /** The channel there is now; another one after a loss. Empty while there is no connection. */
  public Optional<Channel> channel() {
    return current.get();
  }

  /** Whether there is a connection now. */
  public boolean isConnected() {
    return channel().isPresent();
  }

  /**
   * Sends a message, or does what was chosen for messages while there is no connection.
   *
   * @return false if it would be better to send less; see {@link Channel#send(Object)}. A message
   *     that waits for a connection returns false too.
   * @throws ChannelClosedException if there is no connection and messages do not wait for one, or
   *     there will be none any more
   * @throws ChannelFullException if too many wait already, or more bytes than the queue of a
   *     channel may hold
   * @throws EncodingException if the value cannot be written
   * @throws MessageTooLargeException if it is longer than the limit
   */
  public boolean send(@Nullable Object value) {
    while (true) {
      Channel channel = current.forMessage(value);
      if (channel == null) {
        return false;
      }
      try {
        return channel.send(value);
      } catch (ChannelClosedException e) {
        current.lost(channel);
      }
    }
  }

  /**
   * Sends a message with a descriptor, over the connection there is now.
   *
   * @throws ChannelClosedException if there is none; descriptors do not wait for one
   */
  public boolean send(@Nullable Object value, Handle handle) {
    return channel().orElseThrow(current::away).send(value, handle);
  }

  /**
   * Asks the server, and waits for a connection and its reply.
   *
   * @throws RequestTimeoutException if there is no connection or no reply in time
   * @throws RequestFailedException if the server answers with an error
   * @throws ChannelClosedException if the connection is lost before the reply: it may have been
   *     carried out
   */
  public Message request(@Nullable Object body, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + SharedRing.nanos(limit);
    Channel channel = null;
    while (channel == null) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (!awaitConnected(left)) {
        throw new RequestTimeoutException(
            "no connection to %s within %d ms".formatted(path, limit.toMillis()));
      }
      channel = channel().orElse(null);
    }
    return channel.request(body, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
  }

  /** How many messages wait for a connection. */
  public int waitingMessages() {
    return current.waitingMessages();
  }

  /** Closes the connection and makes no other; messages that wait are dropped. Idempotent. */
  @Override
  public void close() {
    current.end("closed");
  }

  private synchronized void set(Runnable setting) {
    if (started) {
      throw new IllegalStateException("the client of " + path + " was started already");
    }
    setting.run();
  }

  /** Gives a new channel its handlers, which do not change any more. */
  private synchronized void prepare(Channel channel) {
    Function<Message, @Nullable Object> onRequest = requests;
    if (onRequest != null) {
      channel.onRequest(onRequest);
    }
    Consumer<Message> onMessage = messages;
    if (onMessage != null) {
      channel.onMessage(onMessage);
    }
  }
}
