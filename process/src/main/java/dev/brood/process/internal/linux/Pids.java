package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * System calls on processes: pidfd_open(2), pidfd_send_signal(2), kill(2), waitid(2), signal(2).
 * None blocks; all return {@code -errno} on failure and may be called from any thread.
 */
public final class Pids {
  private static final long P_PIDFD = 3;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int SIGCHLD = 17;

  private Pids() {}

  /** A descriptor that stands for process {@code pid}. See pidfd_open(2), Linux 5.3. */
  public static int open(int pid) {
    return (int) Syscall.PIDFD_OPEN.quick(pid, 0, 0);
  }

  /** Signals exactly the process behind {@code pidfd}, never a successor of its pid. */
  public static int signal(int pidfd, int number) {
    return (int) Syscall.PIDFD_SEND_SIGNAL.quick(pidfd, number, 0);
  }

  /** Signals every member of a process group. See kill(2). */
  public static int signalGroup(int group, int number) {
    if (group <= 1) {
      throw new IllegalArgumentException("not a process group to signal: " + group);
    }
    return (int) Syscall.KILL.quick(-group, number, 0);
  }

  /** Kills a child of ours and waits until it is reaped. For one that cannot be watched. */
  public static void killAndReap(int pid) {
    final int kill = 9;
    Syscall.KILL.quick(pid, kill, 0);
    long result;
    do {
      result = Syscall.WAIT4.blocking(pid, 0, 0, 0, 0);
    } while (Errno.EINTR.is(result));
  }

  /**
   * Waits until the child behind {@code pidfd} has ended: ppoll(2), pidfd_open(2). Blocks the
   * thread.
   *
   * @return false if the time was up before, or a signal of the JVM's came in between
   */
  public static boolean awaitExit(int pidfd, long waitNanos) {
    final int pollIn = 1;
    final long second = 1_000_000_000;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(8, 4);
      poll.set(JAVA_INT, 0, pidfd);
      poll.set(JAVA_SHORT, 4, (short) pollIn);
      MemorySegment wait = arena.allocate(16, 8);
      wait.set(JAVA_LONG, 0, waitNanos / second);
      wait.set(JAVA_LONG, 8, waitNanos % second);
      return Syscall.PPOLL.blocking(poll.address(), 1, wait.address(), 0, 0) > 0;
    }
  }

  /** Learns how the child behind {@code pidfd} ended and leaves it a zombie, so its pid stays. */
  public static int peek(int pidfd, WaitRecord into) {
    return waitFor(pidfd, WEXITED | WNOHANG | WNOWAIT, into);
  }

  /** Learns how the child behind {@code pidfd} ended and reaps it. */
  public static int reap(int pidfd, WaitRecord into) {
    return waitFor(pidfd, WEXITED | WNOHANG, into);
  }

  /** The most memory that this process ever had resident, in bytes. See getrusage(2). */
  public static long ownPeakResidentBytes() {
    final int self = 0;
    WaitRecord record = new WaitRecord();
    MemorySegment usage = MemorySegment.ofArray(record.usage);
    long result = Syscall.GETRUSAGE.quickSecond(self, usage, 0, 0);
    return result < 0 ? Long.MAX_VALUE : record.peakResidentBytes();
  }

  /**
   * Makes SIGCHLD default again if this JVM was started with it ignored: the kernel would discard
   * every exit status (waitid(2), ECHILD).
   */
  public static void defaultChildSignal() {
    if (ignoresChildSignal()) {
      try {
        int unused = (int) Native.words("signal").invokeExact((long) SIGCHLD, 0L, 0L);
      } catch (Throwable e) {
        throw Native.impossible(e);
      }
    }
  }

  /** SigIgn of /proc/self/status, proc(5): a mask in hexadecimal, bit 0 for signal 1. */
  private static boolean ignoresChildSignal() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(mask -> (mask & (1L << (SIGCHLD - 1))) != 0);
    } catch (IOException e) {
      return false; // no /proc: it cannot be told
    }
  }

  // The kernel's fifth argument, struct rusage, is not in the C function waitid.
  private static int waitFor(int pidfd, int options, WaitRecord into) {
    MemorySegment info = MemorySegment.ofArray(into.info);
    MemorySegment usage = MemorySegment.ofArray(into.usage);
    into.info[0] = 0;
    return (int) Syscall.WAITID.quickThirdFifth(P_PIDFD, pidfd, info, options, usage);
  }
}
