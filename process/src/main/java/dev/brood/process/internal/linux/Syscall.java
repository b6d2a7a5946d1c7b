package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * System calls through syscall(2), by their number on x86-64 and aarch64.
 *
 * <p>They do not go through their C functions because linking costs milliseconds for every new
 * shape of arguments. Here all calls share a handful of shapes, told apart by where a Java array
 * stands; {@code docs/decisions/0011} has the figures.
 *
 * <p>The methods named <em>quick</em> are for calls that never sleep in the kernel: they take Java
 * arrays in place, and a garbage collection waits for them. {@link #blocking} may sleep, so it
 * belongs on a platform thread, and takes addresses of native memory. All results are {@code
 * -errno} on failure.
 */
enum Syscall {
  ACCEPT4(288, 242),
  BIND(49, 200),
  CLOSE(3, 57),
  CLOSE_RANGE(436, 436),
  CONNECT(42, 203),
  EPOLL_CREATE1(291, 20),
  EPOLL_CTL(233, 21),
  EPOLL_PWAIT(281, 22),
  EVENTFD2(290, 19),
  FACCESSAT2(439, 439),
  FCHMOD(91, 52),
  FCNTL(72, 25),
  FLOCK(73, 32),
  FTRUNCATE(77, 46),
  FUTEX(202, 98),
  GETEUID(107, 175),
  GETPEERNAME(52, 205),
  GETRUSAGE(98, 165),
  GETSOCKNAME(51, 204),
  GETSOCKOPT(55, 209),
  INOTIFY_ADD_WATCH(254, 27),
  INOTIFY_INIT1(294, 26),
  INOTIFY_RM_WATCH(255, 28),
  IOCTL(16, 29),
  KCMP(312, 272),
  KILL(62, 129),
  LISTEN(50, 201),
  MEMFD_CREATE(319, 279),
  OPENAT(257, 56),
  PIDFD_OPEN(434, 434),
  PIDFD_SEND_SIGNAL(424, 424),
  PIPE2(293, 59),
  PPOLL(271, 73),
  PWRITE64(18, 68),
  READ(0, 63),
  RECVMSG(47, 212),
  SENDMSG(46, 211),
  SETSOCKOPT(54, 208),
  SENDTO(44, 206),
  SHUTDOWN(48, 210),
  SOCKET(41, 198),
  SOCKETPAIR(53, 199),
  STATX(332, 291),
  WAIT4(61, 260),
  WAITID(247, 95),
  WRITE(1, 64);

  private static final int ARGUMENTS = 5;
  private static final MethodHandle NUMBERS = Native.quick("syscall", shape());
  private static final MethodHandle ARRAY_FIRST = Native.quick("syscall", shape(1));
  private static final MethodHandle ARRAY_SECOND = Native.quick("syscall", shape(2));
  private static final MethodHandle ARRAY_FOURTH = Native.quick("syscall", shape(4));
  private static final MethodHandle ARRAYS_THIRD_FIFTH = Native.quick("syscall", shape(3, 5));
  private static final MethodHandle BLOCKING = Native.slow("syscall", shape());

  private final long number;

  Syscall(long x86Number, long aarch64Number) {
    number = System.getProperty("os.arch").equals("amd64") ? x86Number : aarch64Number;
  }

  /** A call with numbers only. */
  long quick(long a, long b, long c) {
    return quick(a, b, c, 0);
  }

  /** A call with numbers only. */
  long quick(long a, long b, long c, long d) {
    int[] errno = new int[1];
    try {
      MemorySegment error = MemorySegment.ofArray(errno);
      long result = (long) NUMBERS.invokeExact(error, number, a, b, c, d, 0L);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** A call whose first argument is an array. */
  long quickFirst(MemorySegment array, long b) {
    int[] errno = new int[1];
    try {
      MemorySegment error = MemorySegment.ofArray(errno);
      long result = (long) ARRAY_FIRST.invokeExact(error, number, array, b, 0L, 0L, 0L);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** A call whose second argument is an array. */
  long quickSecond(long a, MemorySegment array, long c, long d) {
    int[] errno = new int[1];
    try {
      MemorySegment error = MemorySegment.ofArray(errno);
      long result = (long) ARRAY_SECOND.invokeExact(error, number, a, array, c, d, 0L);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** A call whose fourth argument is an array. */
  long quickFourth(long a, long b, long c, MemorySegment array) {
    return quickFourth(a, b, c, array, 0);
  }

  /** A call whose fourth argument is an array. */
  long quickFourth(long a, long b, long c, MemorySegment array, long e) {
    int[] errno = new int[1];
    try {
      MemorySegment error = MemorySegment.ofArray(errno);
      long result = (long) ARRAY_FOURTH.invokeExact(error, number, a, b, c, array, e);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /** A call whose third and fifth arguments are arrays. */
  long quickThirdFifth(long a, long b, MemorySegment third, long d, MemorySegment fifth) {
    int[] errno = new int[1];
    try {
      MemorySegment error = MemorySegment.ofArray(errno);
      long result = (long) ARRAYS_THIRD_FIFTH.invokeExact(error, number, a, b, third, d, fifth);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** A call that may sleep; pointers are addresses of memory that outlives it. */
  long blocking(long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      return blocking(arena.allocate(JAVA_INT), a, b, c, d, e);
    }
  }

  /** A call that may sleep, with native memory of the caller's for errno. */
  long blocking(MemorySegment errno, long a, long b, long c, long d, long e) {
    try {
      long result = (long) BLOCKING.invokeExact(errno, number, a, b, c, d, e);
      return result < 0 ? -errno.get(JAVA_INT, 0) : result;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /** The number and five arguments, each a word, some of them arrays. */
  private static FunctionDescriptor shape(int... arrays) {
    MemoryLayout[] layouts = new MemoryLayout[ARGUMENTS + 1];
    Arrays.fill(layouts, JAVA_LONG);
    for (int position : arrays) {
      layouts[position] = ADDRESS;
    }
    return FunctionDescriptor.of(JAVA_LONG, layouts);
  }
}
