package dev.brood.process.observe;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All processes that this user may see, at one moment, with what a single file tells of each: the
 * way to look at many trees at once. A {@link ProcessTree} tells more, and costs a table each.
 *
 * <p>One pass over {@code /proc}, in some 25 microseconds for each process of the machine.
 * Immutable and thread-safe.
 */
public final class ProcessTable {
  private final Map<Long, Entry> byPid = new LinkedHashMap<>();
  private final Map<Long, List<Entry>> byParent = new HashMap<>();
  private final Map<Long, List<Entry>> byGroup = new HashMap<>();
  private final long takenNanos;

  /**
   * Makes a table of processes that are known from elsewhere, for instance in a test.
   *
   * @param entries the processes, each pid once
   * @param takenNanos {@link System#nanoTime()} of the reading
   */
  public ProcessTable(List<Entry> entries, long takenNanos) {
    for (Entry entry : entries) {
      byPid.put(entry.pid(), entry);
      byParent.computeIfAbsent(entry.parent(), parent -> new ArrayList<>(1)).add(entry);
      byGroup.computeIfAbsent(entry.group(), group -> new ArrayList<>(1)).add(entry);
    }
    this.takenNanos = takenNanos;
  }

  /**
   * One process. Immutable.
   *
   * @param pid process id
   * @param startTicks start time in clock ticks after boot; with the pid it names one process
   * @param parent pid of the parent; 0 when there is none, or none in this pid namespace
   * @param group process group id
   * @param name name as the kernel keeps it, cut after 15 bytes
   * @param state what it is doing
   * @param cpuTime CPU time of all its threads
   * @param waitedCpuTime CPU time of the children that it has waited for, and of those that they
   *     had waited for
   * @param residentBytes memory in RAM, shared pages counted in full
   * @param virtualBytes size of the address space; 0 when there is none: a kernel thread, a zombie,
   *     or a process that is ending and has given its memory back already
   * @param threads number of threads
   */
  public record Entry(
      long pid,
      long startTicks,
      long parent,
      long group,
      String name,
      ProcessState state,
      Duration cpuTime,
      Duration waitedCpuTime,
      long residentBytes,
      long virtualBytes,
      int threads) {}

  /**
   * Looks at all processes.
   *
   * @return the present table
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static ProcessTable read() {
    return ProcReader.SYSTEM.table();
  }

  /** {@return {@link System#nanoTime()} when the reading began} */
  public long takenNanos() {
    return takenNanos;
  }

  /** {@return number of processes} */
  public int size() {
    return byPid.size();
  }

  /**
   * Finds a process.
   *
   * @param pid its id
   * @return empty when there was none
   */
  public Optional<Entry> find(long pid) {
    return Optional.ofNullable(byPid.get(pid));
  }

  /**
   * Finds a process and all that belong to it: its descendants and, if it leads a process group,
   * all of that group with theirs; so most of those are found whose own parent has ended.
   *
   * @param root pid of the root
   * @return the processes, the root first; empty when there was none with that pid
   */
  public List<Entry> tree(long root) {
    Entry first = byPid.get(root);
    if (first == null) {
      return List.of();
    }
    // A map, because a process can be both a descendant and of the group, and because a pid that
    // was used again during the pass could close a circle.
    Map<Long, Entry> members = new LinkedHashMap<>();
    Deque<Entry> open = new ArrayDeque<>(List.of(first));
    open.addAll(byGroup.getOrDefault(root, List.of()));
    while (!open.isEmpty()) {
      Entry next = open.removeFirst();
      if (members.putIfAbsent(next.pid(), next) == null) {
        open.addAll(byParent.getOrDefault(next.pid(), List.of()));
      }
    }
    return List.copyOf(members.values());
  }
}
