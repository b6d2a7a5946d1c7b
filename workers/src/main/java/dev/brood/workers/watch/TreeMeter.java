package dev.brood.workers.watch;

import dev.brood.process.observe.MemoryShare;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes samples of one child's tree out of tables of all processes. Not thread-safe. */
final class TreeMeter {
  private static final double NANOS_PER_SECOND = 1e9;

  /** How often members are read again without those that end meanwhile. */
  private static final int MOST_ATTEMPTS = 3;

  private final long pid;
  private final int cpus;
  private List<ProcessTable.Entry> members = List.of();
  private long takenNanos;
  private long startTicks;

  /**
   * Of the child itself, as last seen: the kernel shows none once its first thread has ended,
   * though the others keep it. That is no relief, and no level may fall by it.
   */
  private long ownResidentBytes;

  /** What was counted, and was with none of the living at the last reading. */
  private long owedNanos;

  private OptionalLong proportionalBytes = OptionalLong.empty();
  private OptionalInt descriptors = OptionalInt.empty();
  private OptionalDouble readRate = OptionalDouble.empty();
  private OptionalDouble writtenRate = OptionalDouble.empty();
  private ProcessInfo.@Nullable Io io;
  private long ioNanos;
  private boolean triedDetails;
  private boolean triedProportional;
  private final Set<Figure> unreadable = EnumSet.noneOf(Figure.class);

  /** One on a machine with that many CPUs: no tree uses more time than they have. */
  TreeMeter(long pid, int cpus) {
    this.pid = pid;
    this.cpus = cpus;
  }

  /** Null when the child is not in the table any more, or is just ending. */
  @Nullable Sample sample(ProcessTable table, Instant now) {
    List<ProcessTable.Entry> tree = table.tree(pid);
    boolean first = members.isEmpty();
    if (tree.isEmpty() || !first && tree.getFirst().startTicks() != startTicks) {
      return null;
    }
    ProcessTable.Entry root = tree.getFirst();
    if (isEnding(root)) {
      return null;
    }
    startTicks = root.startTicks();
    ownResidentBytes = root.virtualBytes() == 0 ? ownResidentBytes : root.residentBytes();
    long span = first ? 0 : table.takenNanos() - takenNanos;
    long used = first ? 0 : cpuNanosSince(members, tree);
    double cpu = span <= 0 ? 0 : Math.min(100.0 * used / span, 100.0 * cpus);
    members = tree;
    takenNanos = table.takenNanos();
    return new Sample(
        pid,
        now,
        Duration.ofNanos(Math.max(0, span)),
        cpu,
        ownResidentBytes + tree.stream().skip(1).mapToLong(ProcessTable.Entry::residentBytes).sum(),
        proportionalBytes,
        readRate,
        writtenRate,
        descriptors,
        tree.size(),
        tree.stream().mapToInt(ProcessTable.Entry::threads).sum());
  }

  /** The kernel takes the memory of a process away some time before it tells of its end. */
  private static boolean isEnding(ProcessTable.Entry process) {
    return process.virtualBytes() == 0 && process.threads() <= 1;
  }

  /**
   * CPU time that the tree has used between two readings. The time of a member that ends goes over
   * to the one who waits for it, so the difference of the sums is right as long as all are waited
   * for within the tree, and too low else; the living can be counted one by one in any case.
   *
   * <p>A table is read process by process. One that ends and is waited for meanwhile, after its
   * parent was read, is nowhere in it: its time turns up at the parent in the next table, and does
   * not count again there.
   */
  private long cpuNanosSince(List<ProcessTable.Entry> before, List<ProcessTable.Entry> now) {
    Map<Long, ProcessTable.Entry> known = new HashMap<>();
    long total = 0;
    for (ProcessTable.Entry entry : before) {
      known.put(entry.pid(), entry);
      total -= entry.cpuTime().toNanos() + entry.waitedCpuTime().toNanos();
    }
    long living = 0;
    for (ProcessTable.Entry entry : now) {
      total += entry.cpuTime().toNanos() + entry.waitedCpuTime().toNanos();
      ProcessTable.Entry then = known.get(entry.pid());
      living += entry.cpuTime().toNanos();
      if (then != null && then.startTicks() == entry.startTicks()) {
        living -= then.cpuTime().toNanos();
      }
    }
    long owed = owedNanos;
    owedNanos = Math.max(0, living - total);
    return Math.max(0, Math.max(total - owed, living));
  }

  /**
   * Reads what takes a file more for each process; the next sample has it. A member that ends while
   * that goes on may be counted with nobody: then all are read again without it, and if that does
   * not succeed soon, the figures stay as they are.
   */
  void readDetails(Details source, long nowNanos) {
    List<Long> pids = new ArrayList<>(members.stream().map(ProcessTable.Entry::pid).toList());
    for (int attempt = 0; attempt < MOST_ATTEMPTS && !pids.isEmpty(); attempt++) {
      if (readAll(pids, source, nowNanos)) {
        return;
      }
    }
  }

  /** False if some have ended, which are removed then. */
  private boolean readAll(List<Long> pids, Details source, long nowNanos) {
    int open = 0;
    boolean openKnown = false;
    ProcessInfo.Io sum = ProcessInfo.Io.NONE;
    boolean ioKnown = false;
    List<Long> ended = new ArrayList<>();
    for (long member : pids) {
      OptionalInt count = source.descriptors(member);
      open += count.orElse(0);
      openKnown |= count.isPresent();
      Optional<ProcessInfo.Io> own = source.io(member);
      sum = own.isPresent() ? sum.plus(own.get()) : sum;
      ioKnown |= own.isPresent();
      if (own.isEmpty() && !source.exists(member)) {
        ended.add(member);
      }
    }
    if (!ended.isEmpty()) {
      pids.removeAll(ended);
      return false;
    }
    triedDetails = true;
    descriptors = openKnown ? OptionalInt.of(open) : OptionalInt.empty();
    takeIo(ioKnown ? sum : null, nowNanos);
    return true;
  }

  private void takeIo(ProcessInfo.@Nullable Io now, long nowNanos) {
    ProcessInfo.Io before = io;
    double seconds = (nowNanos - ioNanos) / NANOS_PER_SECOND;
    if (now == null) {
      readRate = OptionalDouble.empty();
      writtenRate = OptionalDouble.empty();
    } else if (before != null && seconds > 0) {
      readRate = rate(now.readBytes() - before.readBytes(), seconds);
      writtenRate = rate(now.writtenBytes() - before.writtenBytes(), seconds);
    }
    io = now;
    ioNanos = nowNanos;
  }

  /** A member that nobody has waited for takes its bytes with it: never below zero. */
  private static OptionalDouble rate(long bytes, double seconds) {
    return OptionalDouble.of(Math.max(0, bytes) / seconds);
  }

  /** Measures proportional memory; the next sample has it. */
  void readProportional(Details source) {
    triedProportional = true;
    long sum = 0;
    boolean known = false;
    for (ProcessTable.Entry member : members) {
      OptionalLong own = source.proportionalBytes(member.pid());
      sum += own.orElse(0);
      known |= own.isPresent();
    }
    proportionalBytes = known ? OptionalLong.of(sum) : OptionalLong.empty();
  }

  /** Whether a figure that the samples lack was looked for, and this is the first call for it. */
  boolean firstUnreadable(Figure figure) {
    boolean tried =
        switch (figure) {
          case PROPORTIONAL_BYTES -> triedProportional;
          case DESCRIPTORS -> triedDetails;
          // A rate takes two readings.
          case READ_BYTES_PER_SECOND, WRITTEN_BYTES_PER_SECOND -> triedDetails && io == null;
          case CPU_PERCENT, RESIDENT_BYTES, PROCESSES, THREADS -> false;
        };
    return tried && unreadable.add(figure);
  }

  /** Where the dearer figures of a process come from. */
  interface Details {
    /** This machine. */
    Details SYSTEM =
        new Details() {
          @Override
          public boolean exists(long pid) {
            return Files.exists(Path.of("/proc", Long.toString(pid)));
          }

          @Override
          public OptionalInt descriptors(long pid) {
            return ProcessInfo.descriptorsOf(pid);
          }

          @Override
          public Optional<ProcessInfo.Io> io(long pid) {
            return ProcessInfo.Io.of(pid);
          }

          @Override
          public OptionalLong proportionalBytes(long pid) {
            return MemoryShare.of(pid)
                .map(share -> OptionalLong.of(share.proportionalBytes()))
                .orElse(OptionalLong.empty());
          }
        };

    /** Whether there still is such a process, for one that tells nothing. */
    boolean exists(long pid);

    OptionalInt descriptors(long pid);

    Optional<ProcessInfo.Io> io(long pid);

    OptionalLong proportionalBytes(long pid);
  }
}
