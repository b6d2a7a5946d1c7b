package dev.brood.process;

import dev.brood.process.internal.spawn.SpawnFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All living children of this JVM that Brood started, detached ones excepted. Thread-safe.
 *
 * <p>When the JVM shuts down, by its own doing or by a signal, they are stopped by their stop
 * plans, for {@link #SHUTDOWN_LIMIT} at most; from then on nothing can be started. They are stopped
 * at the same time: who has an order for its own says so by {@link #stopFirst}.
 */
public final class Children {
  /** How long a shutdown of the JVM waits for the children. */
  public static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(10);

  private static final Set<Child> LIVING = ConcurrentHashMap.newKeySet();
  private static final Set<Runnable> FIRST = ConcurrentHashMap.newKeySet();
  private static volatile boolean shuttingDown;

  static {
    Thread hook = new Thread(Children::shutDown, "brood-shutdown");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      shuttingDown = true; // the first start of all, and the JVM is going down already
    }
  }

  private Children() {}

  /** Those alive now, oldest first. */
  public static List<Child> living() {
    List<Child> children = new ArrayList<>(LIVING);
    children.removeIf(child -> !child.isAlive()); // just ended, and about to be removed
    children.sort((one, other) -> Long.signum(one.startNanos() - other.startNanos()));
    return children;
  }

  /**
   * Stops all that are alive, at the same time, each with that grace; returns when all have ended.
   */
  public static void stopAll(Duration grace) {
    CountDownLatch done =
        forEach(
            child -> child.stop(child.command().spec().stopPlan.withGrace(grace), Cause.STOPPED));
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // each stop is bounded, so this is
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until none of those alive now is; false if the time was not enough. An interrupt stops
   * the child that is being waited for.
   */
  public static boolean awaitAll(Duration limit) throws InterruptedException {
    long deadline = Times.deadline(limit);
    for (Child child : living()) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (child.await(Duration.ofNanos(left)).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /**
   * When the JVM shuts down, has code run before the children are stopped that are alive then: to
   * stop some of them in an order of its own. All such code runs at the same time, on virtual
   * threads. When half of {@link #SHUTDOWN_LIMIT} has passed it is not waited for any longer.
   *
   * @return takes the code back; idempotent
   */
  public static Runnable stopFirst(Runnable code) {
    Runnable entry = () -> code.run(); // another one each time, so that it is taken back alone
    FIRST.add(entry);
    return () -> FIRST.remove(entry);
  }

  static void refuseWhileShuttingDown() throws SpawnFailure {
    if (shuttingDown) {
      throw new SpawnFailure(
          SpawnFailure.Kind.SHUTTING_DOWN, 0, "this JVM", "nothing can be started any more");
    }
  }

  static void add(Child child) {
    LIVING.add(child);
    if (shuttingDown) {
      child.endBy(Cause.PARENT_EXIT); // the hook may have taken its list before
    }
  }

  static void remove(Child child) {
    LIVING.remove(child);
  }

  private static void shutDown() {
    shuttingDown = true;
    long limit = SHUTDOWN_LIMIT.toNanos();
    long begin = System.nanoTime();
    try {
      boolean unused = onThreads(FIRST, Runnable::run).await(limit / 2, TimeUnit.NANOSECONDS);
      CountDownLatch done =
          forEach(child -> child.stop(child.command().spec().stopPlan, Cause.PARENT_EXIT));
      if (!done.await(limit - (System.nanoTime() - begin), TimeUnit.NANOSECONDS)) {
        forEach(child -> child.stop(StopPlan.KILL, Cause.PARENT_EXIT)).await(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody wants the JVM to end now; the sidecar does it
    }
  }

  private static CountDownLatch forEach(Consumer<Child> action) {
    return onThreads(LIVING, action);
  }

  private static <T> CountDownLatch onThreads(Collection<T> these, Consumer<T> action) {
    List<T> all = List.copyOf(these);
    CountDownLatch done = new CountDownLatch(all.size());
    for (T one : all) {
      Thread.startVirtualThread(() -> {
        try {
          action.accept(one);
        } finally {
          done.countDown();
        }
      });
    }
    return done;
  }
}
