package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What kind of file a path or descriptor is: statx(2) and faccessat(2). They may block on a slow
 * file system, so they are made where the spawn is made. Results are {@code -errno} on failure.
 */
public final class FileStatus {
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_EACCESS = 0x200;
  private static final int STATX_TYPE = 1;
  private static final int X_OK = 1;
  private static final int MODE_OFFSET = 28;
  private static final int STATX_SIZE = 256;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int FIFO = 0010000;
  private static final int SOCKET = 0140000;

  private FileStatus() {}

  /** The type bits of a path's file, links followed; use {@link #isDirectory} and its like. */
  public static int type(byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      return type(arena, AT_FDCWD, path, 0);
    }
  }

  /** The type bits of what a descriptor refers to. */
  public static int type(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      return type(arena, descriptor, new byte[1], AT_EMPTY_PATH);
    }
  }

  public static boolean isDirectory(int type) {
    return type == DIRECTORY;
  }

  public static boolean isRegular(int type) {
    return type == REGULAR;
  }

  /** Whether it is a pipe, with or without a name. */
  public static boolean isPipe(int type) {
    return type == FIFO;
  }

  public static boolean isSocket(int type) {
    return type == SOCKET;
  }

  /** 0 if this process may execute (for a directory: enter) the file at a path. */
  public static int mayExecute(byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(JAVA_BYTE, path).address();
      int result = (int) Syscall.FACCESSAT2.blocking(AT_FDCWD, name, X_OK, AT_EACCESS, 0);
      // Before Linux 5.8 the call is missing: then only an attempt to execute can tell.
      return Errno.ENOSYS.is(result) ? 0 : result;
    }
  }

  private static int type(Arena arena, int directory, byte[] path, int flags) {
    long name = arena.allocateFrom(JAVA_BYTE, path).address();
    MemorySegment status = arena.allocate(STATX_SIZE, 8);
    int result = (int) Syscall.STATX.blocking(directory, name, flags, STATX_TYPE, status.address());
    return result < 0 ? result : status.get(JAVA_SHORT_UNALIGNED, MODE_OFFSET) & TYPE_MASK;
  }
}
