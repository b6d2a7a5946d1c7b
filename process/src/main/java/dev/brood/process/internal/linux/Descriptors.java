package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * System calls on file descriptors: pipe2(2), read(2), write(2), open(2), fcntl(2), close_range(2).
 *
 * <p>Every descriptor made here has close-on-exec set in the call that makes it. All methods return
 * {@code -errno} on failure and may be called from any thread.
 */
public final class Descriptors {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  private static final int F_GETFD = 1;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int CLOSE_RANGE_UNSHARE = 2;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | O_CLOEXEC;
  private static final int MFD_CLOEXEC = 1;

  private static final MethodHandle PIPE2 =
      Native.quick("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SOCKETPAIR =
      Native.quick(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SHUTDOWN =
      Native.quick("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      Native.quick("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      Native.quick("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      Native.quick("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      Native.quickVariadic(
          "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
  private static final MethodHandle OPEN =
      Native.slow("openat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE_RANGE =
      Native.quick("close_range", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle MEMFD_CREATE =
      Native.quick("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle PWRITE =
      Native.quick(
          "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle ISATTY =
      Native.quick("isatty", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private Descriptors() {}

  /** Makes a pipe: {@code ends[0]} is read from, {@code ends[1]} written to. See pipe2(2). */
  public static int pipe(int[] ends) {
    int[] errno = new int[1];
    try {
      int result =
          (int) PIPE2.invokeExact(Native.segment(errno), MemorySegment.ofArray(ends), O_CLOEXEC);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Makes a pair of connected Unix stream sockets. See socketpair(2). */
  public static int socketPair(int[] ends) {
    int[] errno = new int[1];
    try {
      int result =
          (int)
              SOCKETPAIR.invokeExact(
                  Native.segment(errno),
                  AF_UNIX,
                  SOCK_STREAM_CLOEXEC,
                  0,
                  MemorySegment.ofArray(ends));
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Ends the sending half of a socket, so that the peer reads end of file. See shutdown(2). */
  public static int shutdownWrite(int fd) {
    int[] errno = new int[1];
    try {
      int result = (int) SHUTDOWN.invokeExact(Native.segment(errno), fd, 1);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Reads from a non-blocking descriptor; 0 is end of file. See read(2). */
  public static int read(int fd, byte[] buffer, int offset, int length) {
    int[] errno = new int[1];
    MemorySegment target = MemorySegment.ofArray(buffer).asSlice(offset, length);
    try {
      long count = (long) READ.invokeExact(Native.segment(errno), fd, target, (long) length);
      return count < 0 ? -errno[0] : (int) count;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Writes to a non-blocking descriptor; may write less than asked. See write(2). */
  public static int write(int fd, byte[] buffer, int offset, int length) {
    int[] errno = new int[1];
    MemorySegment source = MemorySegment.ofArray(buffer).asSlice(offset, length);
    try {
      long count = (long) WRITE.invokeExact(Native.segment(errno), fd, source, (long) length);
      return count < 0 ? -errno[0] : (int) count;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Writes at a position of a file in memory. See pwrite(2). */
  public static int writeAt(int fd, byte[] bytes, long position) {
    int[] errno = new int[1];
    MemorySegment source = MemorySegment.ofArray(bytes);
    try {
      long count =
          (long)
              PWRITE.invokeExact(Native.segment(errno), fd, source, (long) bytes.length, position);
      return count < 0 ? -errno[0] : (int) count;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Closes a descriptor. On Linux it is gone even when close(2) reports an error. */
  public static int close(int fd) {
    int[] errno = new int[1];
    try {
      int result = (int) CLOSE.invokeExact(Native.segment(errno), fd);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Whether the descriptor number is in use. */
  public static boolean isOpen(int fd) {
    return control(fd, F_GETFD, 0) >= 0;
  }

  /** Copies a descriptor to the lowest free number that is at least {@code minimum}. */
  public static int duplicate(int fd, int minimum) {
    return control(fd, F_DUPFD_CLOEXEC, minimum);
  }

  /**
   * Sets O_NONBLOCK, and no other status flag. It belongs to the open file: only ever used on an
   * end of a pipe or socket that we made, which has no other flag.
   */
  public static int setNonBlocking(int fd) {
    return control(fd, F_SETFL, O_NONBLOCK);
  }

  /** Asks for a pipe buffer of at least {@code bytes}; returns the size got. See fcntl(2). */
  public static int setPipeSize(int fd, int bytes) {
    return control(fd, F_SETPIPE_SZ, bytes);
  }

  /** Whether the descriptor refers to a terminal. See isatty(3). */
  public static boolean isTerminal(int fd) {
    int[] errno = new int[1];
    try {
      return (int) ISATTY.invokeExact(Native.segment(errno), fd) == 1;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Opens a file; blocks as open(2) does (a FIFO without a peer, a slow file system). */
  public static int open(String path, int flags, int mode) {
    final int atCurrentDirectory = -100;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      int fd = (int) OPEN.invokeExact(errno, atCurrentDirectory, name, flags | O_CLOEXEC, mode);
      return fd < 0 ? -errno.get(JAVA_INT, 0) : fd;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Makes an anonymous file in memory. See memfd_create(2). */
  public static int memoryFile(String name) {
    int[] errno = new int[1];
    MemorySegment text = MemorySegment.ofArray((name + "\0").getBytes(StandardCharsets.UTF_8));
    try {
      int fd = (int) MEMFD_CREATE.invokeExact(Native.segment(errno), text, MFD_CLOEXEC);
      return fd < 0 ? -errno[0] : fd;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /**
   * Gives the calling thread a descriptor table of its own, a copy of the process's. Uses
   * close_range(2) with CLOSE_RANGE_UNSHARE (Linux 5.9) on an empty range, because container
   * profiles that forbid unshare(2) allow it.
   */
  public static int unshareTable() {
    final int beyondAnyDescriptor = Integer.MAX_VALUE - 1;
    int[] errno = new int[1];
    try {
      int result =
          (int)
              CLOSE_RANGE.invokeExact(
                  Native.segment(errno),
                  beyondAnyDescriptor,
                  beyondAnyDescriptor,
                  CLOSE_RANGE_UNSHARE);
      return result < 0 ? -errno[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int control(int fd, int command, int argument) {
    int[] errno = new int[1];
    try {
      int result = (int) FCNTL.invokeExact(Native.segment(errno), fd, command, argument);
      return result < 0 ? -errno[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
