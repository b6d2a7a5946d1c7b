package dev.brood.process;

import dev.brood.process.internal.linux.Descriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Where a start is made from; the engine takes another way for each. */
enum Place {
  /** A platform thread starts by itself. */
  PLATFORM,
  /** A virtual thread has a platform thread start for it. */
  VIRTUAL,
  /** With many open descriptors every thread does. */
  CROWDED;

  private static final int CROWD = 450;

  <T> T call(Callable<T> task) throws Exception {
    return switch (this) {
      case PLATFORM -> task.call();
      case VIRTUAL -> onVirtualThread(task);
      case CROWDED -> crowded(task);
    };
  }

  static <T> T onVirtualThread(Callable<T> task) throws Exception {
    FutureTask<T> future = new FutureTask<>(task);
    Thread thread = Thread.startVirtualThread(future);
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } finally {
      thread.join();
    }
  }

  private static <T> T crowded(Callable<T> task) throws Exception {
    List<Integer> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(Descriptors.open("/dev/null", Descriptors.O_RDONLY, 0));
      }
      return task.call();
    } finally {
      crowd.forEach(Descriptors::close);
    }
  }
}
