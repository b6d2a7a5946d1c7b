package dev.brood.process.internal.io;

import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.ErrnoException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that waits for pipes, exits and times.
 *
 * <p>It tells whoever waits and moves bytes into memory; nothing of a user's runs on it. A platform
 * thread, daemon, named {@value #THREAD_NAME}; made at the first use and kept.
 */
public final class Reactor {
  /** The name of its thread. */
  public static final String THREAD_NAME = "brood-reactor";

  private static final int SCRATCH_BYTES = 64 * 1024;
  private static final int FRESH_BYTES = 8 * 1024;

  private static final class Shared {
    static final Reactor REACTOR = new Reactor();
  }

  private final Epoll epoll = new Epoll();
  private final Timers timers = new Timers();
  private final byte[] scratch = new byte[SCRATCH_BYTES];
  private volatile @Nullable Watch[] watches = new Watch[256];
  private final Thread thread;
  private int generation;

  private Reactor() {
    thread = Thread.ofPlatform().name(THREAD_NAME).daemon().unstarted(this::run);
    thread.start();
  }

  /** The reactor of this JVM. */
  public static Reactor shared() {
    return Shared.REACTOR;
  }

  /**
   * Does something at a time on the reactor's thread: it must not block.
   *
   * @param waitNanos from now; a very long wait is the same as never
   */
  public Timer after(long waitNanos, Runnable task) {
    Timer timer = new Timer(Timers.dueNanos(System.nanoTime(), waitNanos), task);
    if (timers.add(timer) && Thread.currentThread() != thread) {
      epoll.wake();
    }
    return timer;
  }

  /** Starts to watch. The watch must be removed before its descriptor is closed. */
  public void add(Watch watch, int interest) {
    enter(watch);
    int result = epoll.add(watch.fd, interest, watch.token);
    if (result < 0) {
      leave(watch);
      throw new ErrnoException("epoll_ctl", -result);
    }
  }

  /** Arms a watch again, or changes its interest. */
  public void modify(Watch watch, int interest) {
    int result = epoll.modify(watch.fd, interest, watch.token);
    if (result < 0) {
      throw new ErrnoException("epoll_ctl", -result);
    }
  }

  /** Ends a watch: its {@link Watch#ready} is not entered any more after an event under way. */
  public void remove(Watch watch) {
    leave(watch);
    epoll.remove(watch.fd);
  }

  /** Memory for one read: the reactor's own on its thread, and fresh memory on any other. */
  byte[] scratch() {
    return Thread.currentThread() == thread ? scratch : new byte[FRESH_BYTES];
  }

  private synchronized void enter(Watch watch) {
    if (watch.fd >= watches.length) {
      watches = Arrays.copyOf(watches, Math.max(watch.fd + 1, watches.length * 2));
    }
    watch.token = ((long) ++generation << 32) | watch.fd;
    watches[watch.fd] = watch;
  }

  private synchronized void leave(Watch watch) {
    if (watches[watch.fd] == watch) {
      watches[watch.fd] = null;
    }
  }

  private void run() {
    while (true) {
      int count = epoll.await(timers.waitMillis(System.nanoTime()));
      for (int i = 0; i < count; i++) {
        dispatch(epoll.token(i), epoll.ready(i));
      }
      for (Timer due = timers.due(System.nanoTime());
          due != null;
          due = timers.due(System.nanoTime())) {
        run(due::run);
      }
      Forgotten.clear(Reactor::run);
    }
  }

  private void dispatch(long token, int events) {
    if (token == Epoll.WAKE) {
      epoll.awake();
      return;
    }
    @Nullable Watch[] table = watches;
    int fd = (int) token;
    Watch watch = fd < table.length ? table[fd] : null;
    if (watch == null || watch.token != token) {
      return;
    }
    try {
      watch.ready(events);
    } catch (Throwable e) { // whatever it is, out of memory above all, must not end this thread
      report(e);
      watch.broken(e);
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // as above
      report(e);
    }
  }

  private static void report(Throwable e) {
    BackgroundLog.log("dev.brood.process", Level.ERROR, "an event could not be handled", e);
  }
}
