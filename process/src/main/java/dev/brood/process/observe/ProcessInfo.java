package dev.brood.process.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What {@code /proc} said about one process at one moment.
 *
 * <p>An immutable value: nothing in it changes when the process does, or ends. Any process can be
 * looked at, not only a child; what this user may not see is empty. The parts come from several
 * files read one after the other, within some 100 microseconds.
 *
 * <p>A pid is used again some time after its process was reaped. Pid and {@link #startTicks}
 * together name one process for as long as the machine runs.
 *
 * @param pid process id
 * @param startTicks start time in clock ticks after boot (proc_pid_stat(5), field 22)
 * @param parent pid of the parent; 0 when there is none, or none in this pid namespace
 * @param group process group id
 * @param session session id
 * @param name name of the program: {@code comm} of proc_pid_comm(5), which the kernel cuts after 15
 *     bytes, made whole from the first argument where that begins with it
 * @param arguments argument list with the program first, as proc_pid_cmdline(5) has it now, for a
 *     process may overwrite its own; empty for a zombie and for a kernel thread
 * @param state what it is doing
 * @param startedAt when it was started; precise to a clock tick (10 ms), but as far off as the
 *     clock has been adjusted since
 * @param userId effective user id, field {@code Uid} of proc_pid_status(5)
 * @param user name of that user in {@code /etc/passwd}, else the number; users known only to a
 *     network service appear as numbers
 * @param userTime CPU time in user mode, all threads together, ended ones included; precise to a
 *     clock tick
 * @param systemTime CPU time in kernel mode, likewise
 * @param residentBytes memory in RAM, shared pages counted in full; the kernel keeps it cheaply and
 *     calls it inaccurate: see {@link MemoryShare} for an exact figure
 * @param virtualBytes size of the address space
 * @param threads number of threads
 * @param descriptors number of open descriptors; empty when this user may not see it
 * @param io bytes read and written so far; empty when this user may not see them, or the kernel
 *     keeps no such account
 * @param takenNanos {@link System#nanoTime()} of the reading
 */
public record ProcessInfo(
    long pid,
    long startTicks,
    long parent,
    long group,
    long session,
    String name,
    List<String> arguments,
    ProcessState state,
    Instant startedAt,
    long userId,
    String user,
    Duration userTime,
    Duration systemTime,
    long residentBytes,
    long virtualBytes,
    int threads,
    OptionalInt descriptors,
    Optional<Io> io,
    long takenNanos) {

  /** Copies the argument list. */
  public ProcessInfo {
    arguments = List.copyOf(arguments);
  }

  /**
   * Bytes that a process, and the children that it has waited for, have read and written, after
   * proc_pid_io(5).
   *
   * @param readBytes passed to it by read(2) and the like, from files, pipes and terminals ({@code
   *     rchar})
   * @param writtenBytes passed by it to write(2) and the like ({@code wchar})
   * @param storageReadBytes really fetched from storage ({@code read_bytes})
   * @param storageWrittenBytes sent, or to be sent, to storage ({@code write_bytes})
   */
  public record Io(
      long readBytes, long writtenBytes, long storageReadBytes, long storageWrittenBytes) {
    /** Nothing read and nothing written. */
    public static final Io NONE = new Io(0, 0, 0, 0);

    /**
     * Reads these four figures of a process, and nothing else.
     *
     * @param pid its id
     * @return empty when it has vanished, when this user may not see them, and when the kernel
     *     keeps no such account
     * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
     */
    public static Optional<Io> of(long pid) {
      return ProcReader.SYSTEM.io(pid);
    }

    /** Adds each figure. */
    public Io plus(Io other) {
      return new Io(
          readBytes + other.readBytes,
          writtenBytes + other.writtenBytes,
          storageReadBytes + other.storageReadBytes,
          storageWrittenBytes + other.storageWrittenBytes);
    }
  }

  /**
   * Looks at a process.
   *
   * @param pid its id
   * @return empty when there is no such process, when it vanished while it was being looked at, and
   *     when this user may not see it ({@code hidepid} of proc(5))
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static Optional<ProcessInfo> of(long pid) {
    return ProcReader.SYSTEM.info(pid);
  }

  /**
   * Counts the open descriptors of a process, and reads nothing else.
   *
   * @param pid its id
   * @return empty when it has vanished, or when this user may not see them
   */
  public static OptionalInt descriptorsOf(long pid) {
    return ProcReader.SYSTEM.descriptors(pid);
  }

  /** {@return what this JVM's own process looks like} */
  public static ProcessInfo self() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc does not show this process"));
  }

  /**
   * Looks at every process that this user may see.
   *
   * @return the processes in order of pid
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static List<ProcessInfo> all() {
    return ProcReader.SYSTEM.all();
  }

  /**
   * Looks at the children of a process, zombies included.
   *
   * @param pid the parent's id; 0 for those whose parent is not in this pid namespace
   * @return the children in order of pid; empty when there is no such process
   * @throws java.io.UncheckedIOException if no descriptor is left to read {@code /proc}
   */
  public static List<ProcessInfo> childrenOf(long pid) {
    return ProcReader.SYSTEM.children(pid);
  }

  /**
   * Looks at the children that the process has now, which is not part of this value: when the
   * process has ended meanwhile the answer is empty, or that of a successor with the same pid.
   *
   * @return the children in order of pid
   */
  public List<ProcessInfo> children() {
    return childrenOf(pid);
  }

  /**
   * Looks at the same process again.
   *
   * @return empty when it has vanished, even if another one has its pid by now
   */
  public Optional<ProcessInfo> again() {
    return of(pid).filter(this::sameProcess);
  }

  /**
   * Whether two values are readings of one process, and not of two that had the same pid.
   *
   * @param other the other reading, earlier or later
   * @return true if both the pid and the start are equal
   */
  public boolean sameProcess(ProcessInfo other) {
    return pid == other.pid && startTicks == other.startTicks;
  }

  /** {@return CPU time in user and kernel mode together} */
  public Duration cpuTime() {
    return userTime.plus(systemTime);
  }

  /**
   * The share of one CPU core that the process used between {@code earlier} and this reading, in
   * per cent: 100 is one core all the time, and several threads can reach several hundred.
   *
   * <p>The kernel counts in ticks of 10 ms, so a reading after 100 ms is good to 10 per cent of a
   * core and one after a second to 1 per cent.
   *
   * @param earlier a reading of the same process
   * @return 0 when no time lies between the two
   * @throws IllegalArgumentException if {@code earlier} is a reading of another process
   */
  public double cpuPercentSince(ProcessInfo earlier) {
    if (!sameProcess(earlier)) {
      throw new IllegalArgumentException(
          "not the same process: %d started at tick %d, %d at %d"
              .formatted(pid, startTicks, earlier.pid, earlier.startTicks));
    }
    return percent(cpuTime().minus(earlier.cpuTime()), takenNanos - earlier.takenNanos);
  }

  static double percent(Duration used, long elapsedNanos) {
    return elapsedNanos <= 0 ? 0 : Math.max(0, 100.0 * used.toNanos() / elapsedNanos);
  }

  /**
   * Measures the memory that the process has now, shared pages divided by those who share them.
   *
   * @return bytes; empty when {@link MemoryShare#of} is
   */
  public OptionalLong proportionalBytes() {
    Optional<MemoryShare> share = MemoryShare.of(pid);
    return share.isPresent()
        ? OptionalLong.of(share.get().proportionalBytes())
        : OptionalLong.empty();
  }
}
