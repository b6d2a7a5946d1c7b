package dev.brood.process.internal.io;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cleans up after streams that were dropped without being closed. Looked at by the reactor whenever
 * it wakes, so that it costs no thread. Thread-safe.
 */
public final class Forgotten {
  private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
  private static final Set<Entry> ENTRIES = ConcurrentHashMap.newKeySet();

  private static final class Entry extends PhantomReference<Object> {
    private final Runnable action;

    Entry(Object object, Runnable action) {
      super(object, QUEUE);
      this.action = action;
    }
  }

  private Forgotten() {}

  /**
   * Runs {@code action}, which must not block nor hold on to {@code object}, some time after the
   * object has become unreachable.
   *
   * @return to be run instead when the object was closed by its user
   */
  public static Runnable watch(Object object, Runnable action) {
    Entry entry = new Entry(object, action);
    ENTRIES.add(entry);
    return () -> {
      ENTRIES.remove(entry);
      entry.clear();
    };
  }

  /** Has the actions run whose objects are gone. */
  static void clear(Consumer<Runnable> runner) {
    for (@Nullable Object found = QUEUE.poll(); found != null; found = QUEUE.poll()) {
      if (found instanceof Entry entry && ENTRIES.remove(entry)) {
        runner.accept(entry.action);
      }
    }
  }
}
