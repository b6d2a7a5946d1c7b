package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on processes: pidfd_open(2), pidfd_send_signal(2), kill(2), waitid(2), signal(2).
 * None blocks; all return {@code -errno} on failure and may be called from any thread.
 */
public final class Pids {
  private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
  private static final long SYS_WAITID = X86 ? 247 : 95;
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final long P_PIDFD = 3;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int SIGCHLD = 17;
  private static final long SIG_IGN = 1;
  private static final long SIG_ERR = -1;

  private static final MethodHandle SYSCALL =
      Native.quickVariadic(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          1);
  // waitid as a raw call: the kernel's fifth argument, struct rusage, is not in the C function.
  private static final MethodHandle WAITID =
      Native.quickVariadic(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
          1);
  private static final MethodHandle KILL =
      Native.quick("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SIGNAL =
      Native.quick("signal", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG));

  private static final MethodHandle GETRUSAGE =
      Native.quick("getrusage", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle WAITPID =
      Native.slow("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private Pids() {}

  /** A descriptor that stands for process {@code pid}. See pidfd_open(2), Linux 5.3. */
  public static int open(int pid) {
    return (int) call(SYS_PIDFD_OPEN, pid, 0, 0, 0);
  }

  /** Signals exactly the process behind {@code pidfd}, never a successor of its pid. */
  public static int signal(int pidfd, int number) {
    return (int) call(SYS_PIDFD_SEND_SIGNAL, pidfd, number, 0, 0);
  }

  /** Signals every member of a process group. See kill(2). */
  public static int signalGroup(int group, int number) {
    if (group <= 1) {
      throw new IllegalArgumentException("not a process group to signal: " + group);
    }
    int[] errno = new int[1];
    try {
      int result = (int) KILL.invokeExact(Native.segment(errno), -group, number);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Kills a child of ours and waits until it is reaped. For one that cannot be watched. */
  public static void killAndReap(int pid) {
    final int kill = 9;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int[] ignored = new int[1];
      int sent = (int) KILL.invokeExact(Native.segment(ignored), pid, kill);
      int reaped = (int) WAITPID.invokeExact(errno, pid, MemorySegment.NULL, 0);
      if (sent < 0 || reaped < 0) {
        throw new ErrnoException("waitpid", errno.get(JAVA_INT, 0));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
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

  /**
   * Makes SIGCHLD default again if this JVM was started with it ignored: the kernel would discard
   * every exit status (waitid(2), ECHILD).
   *
   * @return whether it was ignored
   */
  public static boolean defaultChildSignal() {
    long before = setSignal(SIGCHLD, 0);
    if (before != 0 && before != SIG_IGN && before != SIG_ERR) {
      setSignal(SIGCHLD, before); // somebody's handler: give it back
    }
    return before == SIG_IGN;
  }

  /** The most memory that this process ever had resident, in bytes. See getrusage(2). */
  public static long ownPeakResidentBytes() {
    final int self = 0;
    WaitRecord record = new WaitRecord();
    int[] errno = new int[1];
    try {
      int result =
          (int)
              GETRUSAGE.invokeExact(
                  Native.segment(errno), self, MemorySegment.ofArray(record.usage));
      return result < 0 ? Long.MAX_VALUE : record.peakResidentBytes();
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static long setSignal(int number, long handler) {
    int[] errno = new int[1];
    try {
      return (long) SIGNAL.invokeExact(Native.segment(errno), number, handler);
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int waitFor(int pidfd, int options, WaitRecord into) {
    int[] errno = new int[1];
    MemorySegment info = MemorySegment.ofArray(into.info);
    MemorySegment usage = MemorySegment.ofArray(into.usage);
    into.info[0] = 0;
    try {
      long result =
          (long)
              WAITID.invokeExact(
                  Native.segment(errno),
                  SYS_WAITID,
                  P_PIDFD,
                  (long) pidfd,
                  info,
                  (long) options,
                  usage);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static long call(long number, long a, long b, long c, long d) {
    int[] errno = new int[1];
    try {
      long result = (long) SYSCALL.invokeExact(Native.segment(errno), number, a, b, c, d);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
