package dev.brood.workers.pool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The queue of a pool: a lane for each slot that calls are bound to, or one for all. */
final class WaitingCalls {
  private static final Priority[] PRIORITIES = Priority.values();

  private final List<List<LinkedHashSet<Call>>> lanes = new ArrayList<>();
  private int size;

  WaitingCalls(int laneCount) {
    for (int lane = 0; lane < laneCount; lane++) {
      List<LinkedHashSet<Call>> sets = new ArrayList<>();
      for (int priority = 0; priority < PRIORITIES.length; priority++) {
        sets.add(new LinkedHashSet<>());
      }
      lanes.add(sets);
    }
  }

  int size() {
    return size;
  }

  int lanes() {
    return lanes.size();
  }

  void addLast(Call call) {
    if (set(call).add(call)) {
      size++;
    }
  }

  void addFirst(Call call) {
    if (!set(call).contains(call)) {
      set(call).addFirst(call);
      size++;
    }
  }

  boolean remove(Call call) {
    boolean removed = set(call).remove(call);
    size -= removed ? 1 : 0;
    return removed;
  }

  /** The next of a lane; null if none waits there. */
  @Nullable Call peek(int lane) {
    for (LinkedHashSet<Call> calls : lanes.get(lane)) {
      if (!calls.isEmpty()) {
        return calls.getFirst();
      }
    }
    return null;
  }

  /** The oldest of the lowest priority; null if none waits. */
  @Nullable Call leastWanted() {
    for (int priority = PRIORITIES.length - 1; priority >= 0; priority--) {
      Call oldest = oldest(priority);
      if (oldest != null) {
        return oldest;
      }
    }
    return null;
  }

  /** When the one arrived that waits longest. */
  long oldestArrival() {
    long oldest = Long.MAX_VALUE;
    for (int priority = 0; priority < PRIORITIES.length; priority++) {
      Call call = oldest(priority);
      oldest = call == null ? oldest : Math.min(oldest, call.arrivedNanos);
    }
    return oldest;
  }

  /** Takes all out. */
  void drainTo(Consumer<Call> taker) {
    List<Call> all = new ArrayList<>(size);
    lanes.forEach(sets -> sets.forEach(all::addAll));
    lanes.forEach(sets -> sets.forEach(LinkedHashSet::clear));
    size = 0;
    all.forEach(taker);
  }

  private @Nullable Call oldest(int priority) {
    Call oldest = null;
    for (List<LinkedHashSet<Call>> sets : lanes) {
      LinkedHashSet<Call> calls = sets.get(priority);
      if (!calls.isEmpty()
          && (oldest == null || calls.getFirst().arrivedNanos < oldest.arrivedNanos)) {
        oldest = calls.getFirst();
      }
    }
    return oldest;
  }

  private LinkedHashSet<Call> set(Call call) {
    return lanes.get(call.lane).get(call.options.priority().ordinal());
  }
}
