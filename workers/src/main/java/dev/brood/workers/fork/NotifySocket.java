package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.io.DatagramEnd;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Datagram;
import dev.brood.process.internal.linux.DatagramMessages;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.workers.channel.HandleException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Where one child tells about itself in the words of sd_notify(3): ready, reloading, stopping, its
 * status, that it is alive, and which descriptors to keep for its next start.
 *
 * <p>Make one for each child, so that the socket says who it is; it may serve the same child again
 * after a restart, and then hands back what was stored. The handler runs on one virtual thread, in
 * the order of sending. While it runs nothing more is received, and a child that tells too much
 * waits (the kernel holds eleven datagrams unless {@code net.unix.max_dgram_qlen} says otherwise).
 * What a handler throws is logged.
 *
 * <p>Datagrams of other users are refused; those longer than 4,096 bytes, and whatever is not of
 * the form, are ignored; both are counted. Descriptors that come along are kept if they are to be
 * stored, and closed if not; that of {@code BARRIER=1} is closed when all that was sent before has
 * been handled.
 *
 * <p>Thread-safe.
 */
public final class NotifySocket implements AutoCloseable {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

  private final NotifyOptions options;
  private final Consumer<Notification> handler;
  private final String address;
  private final int ownUser = DatagramMessages.ownUser();
  private final DatagramEnd end;
  private final DescriptorStore store;
  private final Thread reader;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();
  private final AtomicBoolean told = new AtomicBoolean();
  private final Object drains = new Object();
  private long drainsAsked;
  private long drainsDone;
  private boolean ended;

  private NotifySocket(
      NotifyOptions options, Consumer<Notification> handler, String address, int socket) {
    this.options = options;
    this.handler = handler;
    this.address = address;
    end = new DatagramEnd(Reactor.shared(), socket);
    reader = Thread.ofVirtual().name("brood-notify").unstarted(this::run);
    store = new DescriptorStore(options.storeLimit(), () -> LockSupport.unpark(reader));
  }

  /**
   * A socket with {@link NotifyOptions#DEFAULT}.
   *
   * @throws HandleException if it cannot be made
   */
  public static NotifySocket open(Consumer<Notification> handler) {
    return open(NotifyOptions.DEFAULT, handler);
  }

  /**
   * A socket.
   *
   * @throws HandleException if it cannot be made, above all if its file exists or its path is
   *     longer than 107 bytes
   */
  public static NotifySocket open(NotifyOptions options, Consumer<Notification> handler) {
    String address =
        options.path().map(Path::toString).orElseGet(() -> "@brood/notify/" + randomName());
    int socket = DatagramMessages.open(address);
    if (socket < 0) {
      throw new HandleException(
          "cannot make a notify socket at " + address + ": " + Errno.describe(-socket));
    }
    if (options.path().isPresent() && options.user().isPresent()) {
      openToAll(options.path().get(), socket);
    }
    NotifySocket result = new NotifySocket(options, handler, address, socket);
    result.reader.start();
    return result;
  }

  /** The variables that a child needs: {@code NOTIFY_SOCKET}, and {@code WATCHDOG_USEC} if set. */
  public Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("NOTIFY_SOCKET", address);
    options
        .watchdog()
        .ifPresent(time ->
            variables.put("WATCHDOG_USEC", Long.toString(TimeUnit.MICROSECONDS.convert(time))));
    return variables;
  }

  /**
   * The command with {@link #environment}.
   *
   * <p>{@code WATCHDOG_PID} is unset, which means that whoever has the variables may send: also
   * what the child starts with them. If only the child itself should take itself to be watched, add
   * {@link Command#pidVariable pidVariable("WATCHDOG_PID")}.
   */
  public Command pass(Command command) {
    Command result = command.unsetEnv("WATCHDOG_USEC").unsetEnv("WATCHDOG_PID");
    for (Map.Entry<String, String> variable : environment().entrySet()) {
      result = result.env(variable.getKey(), variable.getValue());
    }
    return result;
  }

  /**
   * Copies of the descriptors that the child has stored, oldest first, for {@link
   * SocketActivation}. They are the caller's to close; the store keeps its own.
   */
  public List<NamedDescriptor> storedDescriptors() {
    return store.duplicates();
  }

  /** How many descriptors are kept now. */
  public int storedCount() {
    return store.size();
  }

  /** How many datagrams of other users were refused. */
  public long refused() {
    return refused.get();
  }

  /** How many datagrams and assignments were ignored because they are not of the form. */
  public long malformed() {
    return malformed.get();
  }

  /**
   * Waits until all that has arrived is handled: after the end of a child, what it told last.
   *
   * @return false if that took longer than {@code limit}
   * @throws IllegalStateException if called by the handler, which would wait for itself
   */
  public boolean drain(Duration limit) throws InterruptedException {
    if (Thread.currentThread() == reader) {
      throw new IllegalStateException("a handler cannot wait until it has returned");
    }
    long until = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    synchronized (drains) {
      long mine = ++drainsAsked;
      LockSupport.unpark(reader);
      while (drainsDone < mine && !ended) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(drains, left);
      }
    }
    return true;
  }

  /**
   * Closes the socket, at once, and everything in the store. A handler at work is waited for, for a
   * second at most; what has arrived and was not handled is gone.
   */
  @Override
  public void close() {
    end.close();
    if (Thread.currentThread() == reader) {
      return;
    }
    boolean interrupted = false;
    try {
      reader.join(CLOSE_WAIT);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    store.close();
    options.path().ifPresent(NotifySocket::remove);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Datagram datagram = new Datagram(NotifyDatagram.LIMIT_BYTES);
    try {
      while (true) {
        long asked;
        synchronized (drains) {
          asked = drainsAsked;
        }
        int received = end.poll(datagram, reader);
        if (received == DatagramEnd.CLOSED) {
          return;
        }
        if (received == DatagramEnd.WOULD_BLOCK) {
          store.sweep();
          boolean again;
          synchronized (drains) {
            drainsDone = asked;
            again = drainsAsked != asked;
            drains.notifyAll();
          }
          // An interrupt, which only the handler can cause, would make parking return at once.
          if (!Thread.interrupted() && !again) {
            LockSupport.park(this);
          }
        } else {
          take(datagram);
        }
      }
    } catch (ErrnoException e) {
      log(Level.ERROR, "a notify socket failed and is closed", e);
    } finally {
      end.close();
      store.close();
      options.path().ifPresent(NotifySocket::remove);
      synchronized (drains) {
        ended = true;
        drains.notifyAll();
      }
    }
  }

  private void take(Datagram datagram) {
    int[] descriptors = datagram.descriptors();
    Notification.Sender sender =
        new Notification.Sender(datagram.pid(), datagram.user(), datagram.group());
    if (!welcome(sender.user())) {
      DescriptorStore.close(descriptors);
      refused.incrementAndGet();
      tell("a notification of user " + sender.user() + " was refused");
      return;
    }
    if (datagram.truncated() || datagram.descriptorsLost()) {
      DescriptorStore.close(descriptors);
      ignore(1, sender);
      return;
    }
    NotifyDatagram parsed = NotifyDatagram.parse(datagram.bytes(), datagram.length(), sender);
    parsed.notifications().forEach(this::handle);
    int bad = parsed.malformed();
    if (parsed.isStore() && descriptors.length > 0) {
      DescriptorStore.Added added = store.add(parsed.storeName(), descriptors, parsed.poll());
      handle(new Notification.Stored(sender, parsed.storeName(), added.kept(), added.refused()));
    } else {
      DescriptorStore.close(descriptors);
      bad += parsed.isStore() || (parsed.isBarrier() && descriptors.length != 1) ? 1 : 0;
    }
    if (parsed.isStoreRemove()) {
      int count = store.remove(parsed.storeName());
      handle(new Notification.StoreRemoved(sender, parsed.storeName(), count));
    }
    if (bad > 0) {
      ignore(bad, sender);
    }
  }

  private boolean welcome(int user) {
    return user == ownUser
        || user == 0
        || (options.user().isPresent() && options.user().getAsInt() == user);
  }

  private void handle(Notification notification) {
    try {
      handler.accept(notification);
    } catch (RuntimeException e) {
      log(Level.ERROR, "the handler of a notification failed", e);
    }
  }

  private void ignore(int count, Notification.Sender sender) {
    malformed.addAndGet(count);
    tell("process " + sender.pid() + " sent a notification that is not of the form of sd_notify");
  }

  /** Warns once for each socket: a child that sends nonsense would fill the log. */
  private void tell(String text) {
    if (told.compareAndSet(false, true)) {
      BackgroundLog.log("dev.brood.workers", Level.WARNING, text + "; more are only counted");
    }
  }

  private static void log(Level level, String text, RuntimeException reason) {
    BackgroundLog.log("dev.brood.workers", level, text, reason);
  }

  /** Another user is to send: who does is checked with each datagram. */
  private static void openToAll(Path file, int socket) {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    } catch (IOException e) {
      Descriptors.close(socket);
      remove(file);
      throw new HandleException("cannot set the permissions of " + file + ": " + e.getMessage());
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      System.getLogger("dev.brood.workers")
          .log(Level.WARNING, "cannot remove the notify socket " + file, e);
    }
  }

  private static String randomName() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
