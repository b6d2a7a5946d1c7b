package dev.brood.workers.channel;

import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private @Nullable Channel current;
  private @Nullable Channel adopted;
  private @Nullable Thread thread;
  private @Nullable String over;
  private @Nullable Consumer<Message> messages;
  private @Nullable Function<Message, @Nullable Object> requests;
  private Consumer<ConnectionEvent> events = event -> {};

  /** A message that waits for a connection. */
  private record Waiting(@Nullable Object value) {}

  private UnixClient(Path path, UnixClientOptions options) {
    this.path = path;
    this.options = options;
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
    set(() -> thread = Thread.ofVirtual().name("brood-client " + path).unstarted(this::run));
    Thread started = thread;
    if (started != null) {
      started.start();
    }
    return this;
  }

  /**
   * Waits for a connection.
   *
   * @return false if there is none within the limit
   * @throws ChannelClosedException if it has given up, or is closed
   */
  public boolean awaitConnected(Duration limit) throws InterruptedException {
    long left = SharedRing.nanos(limit);
    lock.lockInterruptibly();
    try {
      while (current == null) {
        requireLiving();
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The channel there is now; another one after a loss. Empty while there is no connection. */
  public Optional<Channel> channel() {
    lock.lock();
    try {
      return Optional.ofNullable(current);
    } finally {
      lock.unlock();
    }
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
   * @throws ChannelFullException if too many wait already
   * @throws EncodingException if the value cannot be written
   */
  public boolean send(@Nullable Object value) {
    while (true) {
      Channel channel;
      lock.lock();
      try {
        channel = current;
        if (channel == null) {
          keep(value);
          return false;
        }
      } finally {
        lock.unlock();
      }
      try {
        return channel.send(value);
      } catch (ChannelClosedException e) {
        lost(channel);
      }
    }
  }

  /**
   * Sends a message with a descriptor, over the connection there is now.
   *
   * @throws ChannelClosedException if there is none; descriptors do not wait for one
   */
  public boolean send(@Nullable Object value, Handle handle) {
    return channel().orElseThrow(this::away).send(value, handle);
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
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connection and makes no other; messages that wait are dropped. Idempotent. */
  @Override
  public void close() {
    end("closed");
  }

  private void run() {
    int failures = 0;
    while (isLiving()) {
      long began = System.nanoTime();
      String reason = connected();
      boolean lasted =
          System.nanoTime() - began > options.reconnect().longest().toNanos() && reason == null;
      failures = lasted ? 1 : failures + 1;
      if (!isLiving()) {
        return;
      }
      boolean last = failures >= options.reconnect().attempts();
      Duration pause =
          last ? Duration.ZERO : options.reconnect().pause(failures, ThreadLocalRandom.current());
      if (reason == null) {
        tell(new ConnectionEvent.Lost());
      } else {
        tell(new ConnectionEvent.Failed(failures, reason, pause));
      }
      if (last) {
        String why = "%d attempts in a row failed".formatted(failures);
        end(path + " cannot be reached: " + why);
        tell(new ConnectionEvent.GaveUp(why));
        return;
      }
      pause(pause);
    }
  }

  /** Connects and stays until the connection is lost: null; or why there was none. */
  private @Nullable String connected() {
    Channel channel;
    try (Handle handle = Handle.connect(UnixDomainSocketAddress.of(path), options.connectLimit())) {
      Peer server = Peer.of(handle.descriptor());
      if (!options.trust().test(server)) {
        return "the server is process %d of user %d, which is not trusted"
            .formatted(server.pid(), server.uid());
      }
      channel = adopt(handle.release());
      if (channel == null || !sendWaiting(channel)) {
        return null;
      }
      tell(new ConnectionEvent.Connected(server));
    } catch (HandleException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (RuntimeException e) {
      return "the choice of servers failed: " + e;
    }
    await(channel.onDisconnect());
    lost(channel);
    return null;
  }

  private @Nullable Channel adopt(int descriptor) {
    Channel channel = Channel.adopt(descriptor, options.channel(), "brood-client " + path);
    Function<Message, @Nullable Object> onRequest = requests;
    if (onRequest != null) {
      channel.onRequest(onRequest);
    }
    Consumer<Message> onMessage = messages;
    if (onMessage != null) {
      channel.onMessage(onMessage);
    }
    lock.lock();
    try {
      if (over == null) {
        adopted = channel;
        return channel;
      }
    } finally {
      lock.unlock();
    }
    channel.close();
    return null;
  }

  /** Sends what waits, before anything newer; false if the connection is lost meanwhile. */
  private boolean sendWaiting(Channel channel) {
    while (true) {
      Waiting next;
      lock.lock();
      try {
        next = waiting.peek();
        if (next == null) {
          current = channel;
          changed.signalAll();
          return true;
        }
      } finally {
        lock.unlock();
      }
      try {
        boolean unused = channel.send(next.value());
      } catch (ChannelClosedException e) {
        lost(channel);
        return false;
      } catch (WorkersException e) {
        log(Level.ERROR, "a message that waited could not be sent and is dropped", e);
      }
      lock.lock();
      try {
        waiting.poll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void keep(@Nullable Object value) {
    switch (options.whenAway()) {
      case FAIL -> throw away();
      case QUEUE -> {
        requireLiving();
        if (waiting.size() >= options.queueLimit()) {
          throw new ChannelFullException(
              "%,d messages wait for a connection to %s already".formatted(waiting.size(), path));
        }
        // So that the sender learns now what cannot be sent.
        byte[] unused = options.channel().codec().encode(value);
        waiting.add(new Waiting(value));
      }
    }
  }

  private ChannelClosedException away() {
    lock.lock();
    try {
      return new ChannelClosedException(over == null ? "not connected to " + path : over);
    } finally {
      lock.unlock();
    }
  }

  private void requireLiving() {
    if (over != null) {
      throw new ChannelClosedException(path + ": " + over);
    }
  }

  private boolean isLiving() {
    lock.lock();
    try {
      return over == null;
    } finally {
      lock.unlock();
    }
  }

  private void lost(Channel channel) {
    lock.lock();
    try {
      if (current == channel) {
        current = null;
      }
      if (adopted == channel) {
        adopted = null;
      }
    } finally {
      lock.unlock();
    }
    channel.close();
  }

  private void end(String reason) {
    Channel channel;
    lock.lock();
    try {
      if (over != null) {
        return;
      }
      over = reason;
      waiting.clear();
      channel = adopted;
      current = null;
      adopted = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (channel != null) {
      channel.close();
    }
  }

  private void pause(Duration pause) {
    long left = pause.toNanos();
    lock.lock();
    try {
      while (over == null && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; the next attempt comes early.
    } finally {
      lock.unlock();
    }
  }

  private void await(CompletableFuture<Void> end) {
    try {
      end.get();
    } catch (InterruptedException | ExecutionException e) {
      log(Level.ERROR, "the end of a connection could not be awaited", e);
    }
  }

  private void tell(ConnectionEvent event) {
    try {
      events.accept(event);
    } catch (RuntimeException e) {
      log(Level.ERROR, "the handler of events failed", e);
    }
  }

  private void set(Runnable setting) {
    lock.lock();
    try {
      if (thread != null) {
        throw new IllegalStateException("the client of " + path + " was started already");
      }
      setting.run();
    } finally {
      lock.unlock();
    }
  }

  private void log(Level level, String what, Exception e) {
    System.getLogger("dev.brood.workers").log(level, path + ": " + what, e);
  }
}
