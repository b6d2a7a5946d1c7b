package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcStat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.ToLongFunction;

/**
 * A process with all its descendants, and sums over the whole of it.
 *
 * <p>An immutable value, put together from one pass over {@code /proc}, in some 10 microseconds for
 * each process of the machine and 100 more for each member. Processes that come and go meanwhile
 * may be missing. A descendant whose parent has ended belongs to another process since, mostly pid
 * 1, and is not found here.
 *
 * @param process the root
 * @param children the trees of its children, in order of pid
 */
public record ProcessTree(ProcessInfo process, List<ProcessTree> children) {

  /** Copies the list of children. */
  public ProcessTree {
    children = List.copyOf(children);
  }

  /**
   * Looks at a process and all its descendants.
   *
   * @param pid id of the root
   * @return empty when there is no such process, or it vanished while it was being looked at
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static Optional<ProcessTree> of(long pid) {
    return of(ProcReader.SYSTEM, pid);
  }

  static Optional<ProcessTree> of(ProcReader reader, long pid) {
    Map<Long, List<ProcStat>> byParent = new HashMap<>();
    ProcStat root = null;
    for (ProcStat stat : reader.stats()) {
      byParent.computeIfAbsent(stat.parent(), parent -> new ArrayList<>()).add(stat);
      root = stat.pid() == pid ? stat : root;
    }
    return root == null ? Optional.empty() : assemble(reader, root, byParent);
  }

  /**
   * Puts the nodes together from the leaves up, without recursion, as chains of processes can be
   * long. A member that has vanished since leaves its children to its own parent.
   */
  private static Optional<ProcessTree> assemble(
      ProcReader reader, ProcStat root, Map<Long, List<ProcStat>> byParent) {
    List<ProcStat> members = new ArrayList<>(List.of(root));
    Set<Long> seen = new HashSet<>(Set.of(root.pid()));
    for (int i = 0; i < members.size(); i++) {
      for (ProcStat child : byParent.getOrDefault(members.get(i).pid(), List.of())) {
        // A pid that was used again during the pass could close a circle.
        if (seen.add(child.pid())) {
          members.add(child);
        }
      }
    }
    Map<Long, Deque<ProcessTree>> built = new HashMap<>();
    for (int i = members.size() - 1; i > 0; i--) {
      ProcStat member = members.get(i);
      Deque<ProcessTree> below = built.getOrDefault(member.pid(), new ArrayDeque<>());
      Deque<ProcessTree> siblings =
          built.computeIfAbsent(member.parent(), parent -> new ArrayDeque<>());
      ProcessInfo info = reader.again(member);
      if (info == null) {
        siblings.addAll(below);
      } else {
        siblings.addFirst(new ProcessTree(info, List.copyOf(below)));
      }
    }
    ProcessInfo info = reader.again(root);
    List<ProcessTree> children = List.copyOf(built.getOrDefault(root.pid(), new ArrayDeque<>()));
    return info == null ? Optional.empty() : Optional.of(new ProcessTree(info, children));
  }

  /**
   * Visits each process, parents before their children.
   *
   * @param visitor takes a process and its depth, 0 for the root
   */
  public void walk(ObjIntConsumer<ProcessInfo> visitor) {
    record Place(ProcessTree tree, int depth) {}
    Deque<Place> open = new ArrayDeque<>(List.of(new Place(this, 0)));
    while (!open.isEmpty()) {
      Place place = open.pop();
      visitor.accept(place.tree.process, place.depth);
      for (ProcessTree child : place.tree.children.reversed()) {
        open.push(new Place(child, place.depth + 1));
      }
    }
  }

  /** {@return all processes, parents before their children; the root is the first} */
  public List<ProcessInfo> processes() {
    List<ProcessInfo> all = new ArrayList<>();
    walk((process, depth) -> all.add(process));
    return List.copyOf(all);
  }

  /** {@return number of processes, the root included} */
  public int size() {
    return (int) sum(process -> 1);
  }

  /** {@return CPU time of all processes, without descendants that have ended} */
  public Duration cpuTime() {
    return Duration.ofNanos(sum(process -> process.cpuTime().toNanos()));
  }

  /**
   * Adds up resident memory. Pages that processes share count once for each of them: {@link
   * #proportionalBytes()} is exact, and slower.
   *
   * @return bytes of all processes
   */
  public long residentBytes() {
    return sum(ProcessInfo::residentBytes);
  }

  /** {@return sum of {@link ProcessInfo#proportionalBytes()} where known, measured now} */
  public long proportionalBytes() {
    return sum(process -> process.proportionalBytes().orElse(0));
  }

  /** {@return address space of all processes, in bytes} */
  public long virtualBytes() {
    return sum(ProcessInfo::virtualBytes);
  }

  /** {@return threads of all processes} */
  public int threads() {
    return (int) sum(ProcessInfo::threads);
  }

  /** {@return open descriptors of all processes, as far as this user may see them} */
  public int descriptors() {
    return (int) sum(process -> process.descriptors().orElse(0));
  }

  /** {@return bytes read and written by all processes, as far as this user may see them} */
  public ProcessInfo.Io io() {
    return processes().stream()
        .flatMap(process -> process.io().stream())
        .reduce(ProcessInfo.Io.NONE, ProcessInfo.Io::plus);
  }

  /**
   * The share of one core that the tree used between {@code earlier} and this reading, in per cent:
   * 100 is one core all the time. A process that is new counts with all it has used; what a process
   * used that has ended meanwhile is lost.
   *
   * @param earlier a reading of the same tree
   * @return 0 when no time lies between the two
   * @throws IllegalArgumentException if the roots are not the same process
   */
  public double cpuPercentSince(ProcessTree earlier) {
    process.cpuPercentSince(earlier.process);
    Map<Long, ProcessInfo> before = earlier.byPid();
    long used = sum(now -> usedSince(now, before).toNanos());
    return ProcessInfo.percent(
        Duration.ofNanos(used), process.takenNanos() - earlier.process.takenNanos());
  }

  static Duration usedSince(ProcessInfo now, Map<Long, ProcessInfo> before) {
    ProcessInfo then = before.get(now.pid());
    return then != null && then.sameProcess(now)
        ? now.cpuTime().minus(then.cpuTime())
        : now.cpuTime();
  }

  Map<Long, ProcessInfo> byPid() {
    Map<Long, ProcessInfo> byPid = new HashMap<>();
    walk((info, depth) -> byPid.put(info.pid(), info));
    return byPid;
  }

  /**
   * Draws the tree as text for people. The form may change. Command lines may hold secrets that
   * somebody passed that way; they are shown as they are, save for control characters.
   *
   * @return a heading, then a line for each process: pid, state, CPU time, resident memory, command
   */
  public List<String> lines() {
    return TreeText.lines(this);
  }

  private long sum(ToLongFunction<ProcessInfo> figure) {
    long[] sum = {0};
    walk((info, depth) -> sum[0] += figure.applyAsLong(info));
    return sum[0];
  }
}
