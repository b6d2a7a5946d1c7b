package dev.brood.workers.channel;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Inotify;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the file of a {@link Marker}: the kernel tells when something is renamed into its
 * directory or written there (inotify(7)). Where it cannot, as on a network file system, or as the
 * user has used up the instances, or the directory is not there yet, the file is looked at again
 * and again.
 *
 * <p>Thread-safe; threads that wait at the same time wait one after the other, each for its own
 * limit. {@link #close} may come from any thread and wakes them.
 */
public final class MarkerWatch implements AutoCloseable {
  /** How often it looks where the kernel does not tell. */
  static final Duration POLL = Duration.ofMillis(100);

  /** How often it looks although the kernel tells: another machine's writes it does not see. */
  static final Duration RECHECK = Duration.ofSeconds(2);

  private static final int MASK =
      Inotify.MOVED_TO
          | Inotify.CLOSE_WRITE
          | Inotify.DELETE_SELF
          | Inotify.MOVE_SELF
          | Inotify.ONLY_DIRECTORY;

  private final Marker marker;
  private final ReentrantLock turn = new ReentrantLock();
  private final byte[] events = new byte[16 * Inotify.EVENT_BYTES];
  private @Nullable ReadEnd inotify;
  private volatile boolean closed;
  private volatile @Nullable Thread waiter;

  MarkerWatch(Marker marker) {
    this.marker = marker;
    inotify = open(marker.path());
  }

  /** Whether the kernel tells, at present. */
  public synchronized boolean isTold() {
    return inotify != null;
  }

  /**
   * Waits until the run is done.
   *
   * @return empty if it is not within the limit
   * @throws HandleException if the watch is closed, before or meanwhile
   * @throws java.io.UncheckedIOException if the file is there and cannot be read
   */
  public Optional<MarkerState.Complete> await(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + SharedRing.nanos(limit);
    if (!turn.tryLock(SharedRing.nanos(limit), TimeUnit.NANOSECONDS)) {
      return completed();
    }
    try {
      waiter = Thread.currentThread();
      while (true) {
        Optional<MarkerState.Complete> completed = completed();
        if (completed.isPresent()) {
          return completed;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return Optional.empty();
        }
        awaitChange(left);
      }
    } finally {
      waiter = null;
      turn.unlock();
    }
  }

  /** Ends the watch; the file stays. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (inotify != null) {
        inotify.close();
        inotify = null;
      }
    }
    LockSupport.unpark(waiter);
  }

  private Optional<MarkerState.Complete> completed() {
    if (closed) {
      throw new HandleException("the watch of " + marker.path() + " is closed");
    }
    return marker.state() instanceof MarkerState.Complete complete
        ? Optional.of(complete)
        : Optional.empty();
  }

  /** Waits until the file may have changed. */
  private void awaitChange(long left) throws InterruptedException {
    ReadEnd told;
    synchronized (this) {
      told = inotify;
      if (told == null && !closed) {
        inotify = open(marker.path());
        if (inotify != null) {
          return; // what has changed until now it does not tell
        }
      }
    }
    if (told == null) {
      LockSupport.parkNanos(this, Math.min(left, POLL.toNanos()));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return;
    }
    awaitEvent(told, System.nanoTime() + Math.min(left, RECHECK.toNanos()));
  }

  private void awaitEvent(ReadEnd told, long deadline) throws InterruptedException {
    String name = String.valueOf(marker.path().getFileName());
    try {
      while (true) {
        int count = told.read(events, 0, events.length, deadline == 0 ? 1 : deadline);
        if (count <= 0) {
          return;
        }
        List<Inotify.Event> arrived = Inotify.events(events, count);
        if (arrived.stream().anyMatch(MarkerWatch::endsTheWatch)) {
          forget(told);
          return;
        }
        if (arrived.stream()
            .anyMatch(event -> event.name().equals(name) || event.has(Inotify.OVERFLOW))) {
          return;
        }
      }
    } catch (IOException e) {
      forget(told);
    }
  }

  /** Whether the directory is gone, or has gone elsewhere. */
  private static boolean endsTheWatch(Inotify.Event event) {
    return event.has(Inotify.DELETE_SELF | Inotify.MOVE_SELF | Inotify.IGNORED);
  }

  private synchronized void forget(ReadEnd told) {
    told.close();
    if (inotify == told) {
      inotify = null;
    }
  }

  private static @Nullable ReadEnd open(Path path) {
    int fd = Inotify.open();
    if (fd < 0) {
      return null;
    }
    String directory = Objects.requireNonNull(path.getParent()).toString();
    if (Inotify.watch(fd, directory, MASK) < 0) {
      Descriptors.close(fd);
      return null;
    }
    return new ReadEnd(Reactor.shared(), fd);
  }
}
