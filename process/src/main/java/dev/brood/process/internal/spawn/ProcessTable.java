package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.ProcStat;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reading of all of /proc, proc(5). Immutable. */
final class ProcessTable {
  private static final Object LOCK = new Object();
  private static @Nullable ProcessTable last;

  private final long startedAtNanos;
  private final List<ProcStat> entries;
  private final boolean complete;
  private final boolean settled;
  private final Map<Long, List<ProcStat>> byParent = new HashMap<>();

  private ProcessTable(
      long startedAtNanos, List<ProcStat> entries, boolean complete, boolean settled) {
    this.startedAtNanos = startedAtNanos;
    this.complete = complete;
    this.settled = settled;
    this.entries = entries;
    for (ProcStat entry : entries) {
      byParent.computeIfAbsent(entry.parent(), parent -> new ArrayList<>()).add(entry);
    }
  }

  /** A reading begun after this call. Threads that ask at the same time share one. */
  static ProcessTable fresh() {
    long asked = System.nanoTime();
    synchronized (LOCK) {
      ProcessTable known = last;
      if (known == null || known.startedAtNanos - asked < 0) {
        known = read();
        last = known;
      }
      return known;
    }
  }

  /** Whether all could be read; not if this process had no descriptor left for it. */
  boolean complete() {
    return complete;
  }

  /**
   * Whether no process ended between its listing and its reading. One that did may have started
   * another in that time, which is not here.
   */
  boolean settled() {
    return settled;
  }

  /** The living members of a process group. */
  List<ProcStat> group(long group) {
    return entries.stream().filter(entry -> entry.group() == group && !entry.dead()).toList();
  }

  /** The living descendants of a process, nearest first. */
  List<ProcStat> descendants(long root) {
    List<ProcStat> found = new ArrayList<>(byParent.getOrDefault(root, List.of()));
    for (int i = 0; i < found.size(); i++) {
      found.addAll(byParent.getOrDefault(found.get(i).pid(), List.of()));
    }
    found.removeIf(ProcStat::dead);
    return found;
  }

  private static ProcessTable read() {
    long now = System.nanoTime();
    List<ProcStat> entries = new ArrayList<>();
    boolean settled = true;
    try {
      for (long pid : ProcStat.pids()) {
        ProcStat entry = ProcStat.read(pid);
        if (entry == null) {
          settled = false;
        } else {
          entries.add(entry);
        }
      }
      return new ProcessTable(now, entries, true, settled);
    } catch (UncheckedIOException e) {
      return new ProcessTable(now, entries, false, false);
    }
  }
}
