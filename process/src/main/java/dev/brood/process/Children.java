package dev.brood.process;

import dev.brood.process.internal.spawn.SpawnFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * All living children of this JVM that Brood started, detached ones excepted. Thread-safe.
 *
 * <p>When the JVM shuts down, by its own doing or by a signal, they are stopped by their stop
 * plans, for {@link #SHUTDOWN_LIMIT} at most; from then on nothing can be started.
 */
public final class Children {
  /** How long a shutdown of the JVM waits for the children. */
  public static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(10);

  private static final Set<Child> LIVING = ConcurrentHashMap.newKeySet();
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
    children.sort(java.util.Comparator.comparing(Child::startedAt));
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
    CountDownLatch done =
        forEach(child -> child.stop(child.command().spec().stopPlan, Cause.PARENT_EXIT));
    try {
      if (!done.await(SHUTDOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        forEach(child -> child.stop(StopPlan.KILL, Cause.PARENT_EXIT)).await(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody wants the JVM to end now; the sidecar does it
    }
  }

  private static CountDownLatch forEach(java.util.function.Consumer<Child> action) {
    List<Child> children = List.copyOf(LIVING);
    CountDownLatch done = new CountDownLatch(children.size());
    for (Child child : children) {
      Thread.startVirtualThread(() -> {
        try {
          action.accept(child);
        } finally {
          done.countDown();
        }
      });
    }
    return done;
  }
}
