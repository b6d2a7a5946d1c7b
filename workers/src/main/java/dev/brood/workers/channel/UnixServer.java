package dev.brood.workers.channel;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Channels for whoever connects to a path: the same messages as with a child, for processes that
 * were not started here. Thread-safe.
 *
 * <p>The file belongs to this user alone (0600) from the first moment, and the kernel says who
 * connects; both can be widened. The file of a dead server is replaced; a live one is left alone.
 */
public final class UnixServer implements AutoCloseable {
  private static final long SHORTAGE_PAUSE_NANOS = 100_000_000;

  private final Path path;
  private final UnixServerOptions options;
  private final SocketFile file;
  private final Handle listening;
  private final Semaphore room;
  private final Set<UnixConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean handled = new AtomicBoolean();
  private volatile Consumer<Peer> onRefused = this::logRefused;
  private volatile boolean closed;

  private UnixServer(Path path, UnixServerOptions options, SocketFile.Listening made) {
    this.path = path;
    this.options = options;
    file = made.file();
    listening = made.handle();
    room = new Semaphore(options.connectionLimit());
  }

  /**
   * Listens at a path.
   *
   * @throws SocketInUseException if a server is running there
   * @throws HandleException if it fails otherwise: a path of more than 107 bytes, a directory that
   *     is missing, a file there that is no socket
   */
  public static UnixServer listen(Path path, UnixServerOptions options)
      throws InterruptedException {
    return new UnixServer(path, options, SocketFile.listen(path, options.mode()));
  }

  /** Where it listens. */
  public Path path() {
    return path;
  }

  /** The connections there are now. */
  public List<UnixConnection> connections() {
    return List.copyOf(connections);
  }

  /** Tells of who was not admitted, on a virtual thread; without it that is logged. */
  public UnixServer onRefused(Consumer<Peer> handler) {
    onRefused = handler;
    return this;
  }

  /**
   * Waits for a connection that is admitted.
   *
   * @throws HandleException if the server is closed, before or meanwhile, or there is no descriptor
   *     left (EMFILE); then the connection waits on, so pause before another try
   */
  public UnixConnection accept() throws InterruptedException {
    Optional<UnixConnection> accepted = Optional.empty();
    while (accepted.isEmpty()) {
      accepted = accept(Duration.ofDays(1));
    }
    return accepted.get();
  }

  /** Waits that long at most; also while there are as many connections as there may be. */
  public Optional<UnixConnection> accept(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + SharedRing.nanos(limit);
    if (!room.tryAcquire(SharedRing.nanos(limit), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    boolean taken = false;
    try {
      while (true) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        Optional<Handle> handle = listening.accept(left);
        if (handle.isEmpty()) {
          return Optional.empty();
        }
        Optional<UnixConnection> connection = admitted(handle.get());
        if (connection.isPresent()) {
          taken = true;
          return connection;
        }
      }
    } finally {
      if (!taken) {
        room.release();
      }
    }
  }

  /**
   * Gives every connection to a handler from now on, each on a virtual thread of its own; its
   * channel is closed when the handler throws, not when it returns.
   *
   * @throws IllegalStateException if there is a handler already
   */
  public UnixServer onConnection(Consumer<UnixConnection> handler) {
    if (!handled.compareAndSet(false, true)) {
      throw new IllegalStateException("this server has a handler already");
    }
    Thread.ofVirtual().name("brood-server " + path).start(() -> serve(handler));
    return this;
  }

  /** Stops to listen, removes the file if it is still its own, and closes all channels. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    listening.close();
    file.remove();
    connections.forEach(connection -> connection.channel().close());
  }

  private void serve(Consumer<UnixConnection> handler) {
    while (!closed) {
      try {
        UnixConnection connection = accept();
        Thread.ofVirtual()
            .name("brood-connection " + path)
            .start(() -> handle(handler, connection));
      } catch (HandleException e) {
        if (!closed) {
          log(Level.WARNING, "cannot accept: " + e.getMessage());
          LockSupport.parkNanos(SHORTAGE_PAUSE_NANOS);
        }
      } catch (InterruptedException e) {
        return; // nobody interrupts this thread but its own end
      }
    }
  }

  private void handle(Consumer<UnixConnection> handler, UnixConnection connection) {
    try {
      handler.accept(connection);
    } catch (RuntimeException | Error e) { // whatever a user's code throws: the peer waits
      connection.channel().close();
      log(Level.ERROR, "the handler of a connection failed", e);
    }
  }

  private Optional<UnixConnection> admitted(Handle handle) {
    boolean kept = false;
    try {
      Peer peer = Peer.of(handle.descriptor());
      if (!isAdmitted(peer)) {
        Thread.ofVirtual().start(() -> onRefused.accept(peer));
        return Optional.empty();
      }
      Channel channel =
          Channel.adopt(handle.release(), options.channel(), "brood-connection " + path);
      kept = true;
      UnixConnection connection = new UnixConnection(channel, peer);
      connections.add(connection);
      channel
          .onDisconnect()
          .thenRun(() -> {
            connections.remove(connection);
            room.release();
          });
      if (closed) {
        channel.close();
        throw new HandleException("the server at " + path + " is closed");
      }
      return Optional.of(connection);
    } finally {
      if (!kept) {
        handle.close();
      }
    }
  }

  private boolean isAdmitted(Peer peer) {
    try {
      return options.admit().test(peer);
    } catch (RuntimeException | Error e) { // as above, and all that come later
      log(Level.ERROR, "the choice of who may connect failed", e);
      return false;
    }
  }

  private void logRefused(Peer peer) {
    log(Level.WARNING, "process %d of user %d may not connect".formatted(peer.pid(), peer.uid()));
  }

  private void log(Level level, String what) {
    log(level, what, null);
  }

  /** Whoever accepts must not wait for a log that nobody takes. */
  private void log(Level level, String what, @Nullable Throwable reason) {
    BackgroundLog.log("dev.brood.workers", level, path + ": " + what, reason);
  }
}
