package dev.brood.workers.fork;

import dev.brood.process.internal.io.HangUpWatch;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The descriptors that a child has asked to be kept for its next start. Thread-safe.
 *
 * <p>Closing a descriptor of a stranger's may take long: a socket may linger, a file system may
 * have to be asked. So all is closed on a platform thread of its own, and who waits for that is the
 * child's own reader.
 */
final class DescriptorStore {
  private record Entry(String name, int descriptor, HangUpWatch watch) {}

  /** What became of descriptors that were to be kept. */
  record Added(int kept, int refused) {}

  private final int limit;
  private final Runnable whenEnded;
  private final List<Entry> entries = new ArrayList<>();
  private boolean closed;

  /**
   * @param whenEnded run on the reactor when a descriptor has hung up, so that {@link #sweep} gets
   *     called
   */
  DescriptorStore(int limit, Runnable whenEnded) {
    this.limit = limit;
    this.whenEnded = whenEnded;
  }

  /** Takes descriptors over; one that is kept already is closed. */
  Added add(String name, int[] descriptors, boolean poll) {
    List<Integer> surplus = new ArrayList<>();
    int refused = 0;
    synchronized (this) {
      for (int descriptor : descriptors) {
        if (keeps(descriptor)) {
          surplus.add(descriptor);
        } else if (closed || entries.size() >= limit) {
          surplus.add(descriptor);
          refused++;
        } else {
          HangUpWatch watch = new HangUpWatch(Reactor.shared(), descriptor, whenEnded);
          entries.add(new Entry(name, descriptor, watch));
          if (poll) {
            watch.start(); // a file cannot be watched, and does not hang up
          }
        }
      }
    }
    close(surplus.stream().mapToInt(Integer::intValue).toArray());
    return new Added(descriptors.length - surplus.size(), refused);
  }

  /** Closes those of a name; how many. */
  int remove(String name) {
    return drop(entry -> entry.name().equals(name));
  }

  /** Closes those whose other side has hung up. */
  void sweep() {
    drop(entry -> entry.watch().ended());
  }

  /** Copies of what is kept, in the order of arrival, owned by the caller. */
  synchronized List<NamedDescriptor> duplicates() {
    List<NamedDescriptor> copies = new ArrayList<>();
    for (Entry entry : entries) {
      int copy = entry.watch().ended() ? -1 : entry.watch().duplicate();
      if (copy >= 0) {
        copies.add(new NamedDescriptor(entry.name(), copy));
      }
    }
    return copies;
  }

  synchronized int size() {
    return entries.size();
  }

  /** Closes everything, and keeps nothing from now on. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    drop(entry -> true);
  }

  /** Closes descriptors of a stranger's on a thread that may block, and waits for it. */
  static void close(int... descriptors) {
    if (descriptors.length > 0) {
      apart(() -> {
        for (int descriptor : descriptors) {
          Descriptors.close(descriptor);
        }
      });
    }
  }

  private int drop(Predicate<Entry> which) {
    List<Entry> dropped = new ArrayList<>();
    synchronized (this) {
      Iterator<Entry> each = entries.iterator();
      while (each.hasNext()) {
        Entry entry = each.next();
        if (which.test(entry)) {
          each.remove();
          dropped.add(entry);
        }
      }
    }
    if (!dropped.isEmpty()) {
      apart(() -> dropped.forEach(entry -> entry.watch().close()));
    }
    return dropped.size();
  }

  private boolean keeps(int descriptor) {
    for (Entry entry : entries) {
      if (Descriptors.sameFile(entry.descriptor(), descriptor)) {
        return true;
      }
    }
    return false;
  }

  private static void apart(Runnable closing) {
    Thread thread = Thread.ofPlatform().name("brood-close").daemon().start(closing);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
