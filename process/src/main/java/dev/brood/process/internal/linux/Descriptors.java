package dev.brood.process.internal.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  private static final int F_GETFL = 3;
  private static final int F_SETFD = 2;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int CLOSE_RANGE_UNSHARE = 2;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | O_CLOEXEC;
  private static final int MFD_CLOEXEC = 1;

  private static final long TCGETS = 0x5401;

  private Descriptors() {}

  /** Makes a pipe: {@code ends[0]} is read from, {@code ends[1]} written to. See pipe2(2). */
  public static int pipe(int[] ends) {
    return (int) Syscall.PIPE2.quickFirst(MemorySegment.ofArray(ends), O_CLOEXEC);
  }

  /** Makes a pair of connected Unix stream sockets. See socketpair(2). */
  public static int socketPair(int[] ends) {
    MemorySegment pair = MemorySegment.ofArray(ends);
    return (int) Syscall.SOCKETPAIR.quickFourth(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair);
  }

  /** Ends the sending half of a socket, so that the peer reads end of file. See shutdown(2). */
  public static int shutdownWrite(int fd) {
    final int write = 1;
    return (int) Syscall.SHUTDOWN.quick(fd, write, 0);
  }

  /** Ends both halves of a socket: whoever waits for it in the kernel returns. See shutdown(2). */
  public static int shutdown(int fd) {
    final int both = 2;
    return (int) Syscall.SHUTDOWN.quick(fd, both, 0);
  }

  /** Reads from a non-blocking descriptor; 0 is end of file. See read(2). */
  public static int read(int fd, byte[] buffer, int offset, int length) {
    MemorySegment target = MemorySegment.ofArray(buffer).asSlice(offset, length);
    return (int) Syscall.READ.quickSecond(fd, target, length, 0);
  }

  /** Writes to a non-blocking descriptor; may write less than asked. See write(2). */
  public static int write(int fd, byte[] buffer, int offset, int length) {
    MemorySegment source = MemorySegment.ofArray(buffer).asSlice(offset, length);
    return (int) Syscall.WRITE.quickSecond(fd, source, length, 0);
  }

  /** Writes at a position of a file in memory. See pwrite(2). */
  public static int writeAt(int fd, byte[] bytes, long position) {
    MemorySegment source = MemorySegment.ofArray(bytes);
    return (int) Syscall.PWRITE64.quickSecond(fd, source, bytes.length, position);
  }

  /** Closes a descriptor. On Linux it is gone even when close(2) reports an error. */
  public static int close(int fd) {
    return (int) Syscall.CLOSE.quick(fd, 0, 0);
  }

  /**
   * Takes the exclusive lock of an open file or directory, until it is closed; {@code -EAGAIN} if
   * somebody else has it. See flock(2).
   */
  public static int tryLock(int fd) {
    final int exclusivelyWithoutWaiting = 2 | 4;
    return (int) Syscall.FLOCK.quick(fd, exclusivelyWithoutWaiting, 0);
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
   * Whether two descriptors of this process are of the same open file; false where the kernel does
   * not tell. See kcmp(2).
   */
  public static boolean sameFile(int one, int other) {
    final int file = 0;
    long self = ProcessHandle.current().pid();
    return Syscall.KCMP.blocking(self, self, file, one, other) == 0;
  }

  /**
   * Sets O_NONBLOCK, and no other status flag. It belongs to the open file: only ever used on an
   * end of a pipe or socket that we made, which has no other flag.
   */
  public static int setNonBlocking(int fd) {
    return control(fd, F_SETFL, O_NONBLOCK);
  }

  /**
   * Sets O_NONBLOCK besides the flags that the open file has: for one that we were given. The flag
   * holds for everybody who shares the open file.
   */
  public static int addNonBlocking(int fd) {
    int flags = control(fd, F_GETFL, 0);
    return flags < 0 || (flags & O_NONBLOCK) != 0
        ? Math.min(flags, 0)
        : control(fd, F_SETFL, flags | O_NONBLOCK);
  }

  /** Clears O_NONBLOCK: for everybody who shares the open file. */
  public static int setBlocking(int fd) {
    int flags = control(fd, F_GETFL, 0);
    return flags < 0 || (flags & O_NONBLOCK) == 0
        ? Math.min(flags, 0)
        : control(fd, F_SETFL, flags & ~O_NONBLOCK);
  }

  /** Whether O_NONBLOCK is set. */
  public static boolean isNonBlocking(int fd) {
    int flags = control(fd, F_GETFL, 0);
    return flags >= 0 && (flags & O_NONBLOCK) != 0;
  }

  /** Keeps a descriptor that came from elsewhere out of programs that are started from now on. */
  public static int setCloseOnExec(int fd) {
    return control(fd, F_SETFD, 1);
  }

  /** Asks for a pipe buffer of at least {@code bytes}; returns the size got. See fcntl(2). */
  public static int setPipeSize(int fd, int bytes) {
    return control(fd, F_SETPIPE_SZ, bytes);
  }

  /** Whether the descriptor refers to a terminal: only there TCGETS works, see isatty(3). */
  public static boolean isTerminal(int fd) {
    MemorySegment settings = MemorySegment.ofArray(new long[32]);
    return Syscall.IOCTL.quickThirdFifth(fd, TCGETS, settings, 0, settings) >= 0;
  }

  /** Opens a file; blocks as open(2) does (a FIFO without a peer, a slow file system). */
  public static int open(String path, int flags, int mode) {
    final int currentDirectory = -100;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      return (int)
          Syscall.OPENAT.blocking(currentDirectory, name.address(), flags | O_CLOEXEC, mode, 0);
    }
  }

  /** Makes an anonymous file in memory. See memfd_create(2). */
  public static int memoryFile(String name) {
    byte[] text = (name + "\0").getBytes(StandardCharsets.UTF_8);
    return (int) Syscall.MEMFD_CREATE.quickFirst(MemorySegment.ofArray(text), MFD_CLOEXEC);
  }

  /**
   * Gives the calling thread a descriptor table of its own, a copy of the process's. Uses
   * close_range(2) with CLOSE_RANGE_UNSHARE (Linux 5.9) on an empty range, because container
   * profiles that forbid unshare(2) allow it.
   */
  public static int unshareTable() {
    final int beyondAnyDescriptor = Integer.MAX_VALUE - 1;
    return (int)
        Syscall.CLOSE_RANGE.quick(beyondAnyDescriptor, beyondAnyDescriptor, CLOSE_RANGE_UNSHARE);
  }

  private static int control(int fd, int command, int argument) {
    return (int) Syscall.FCNTL.quick(fd, command, argument);
  }
}
