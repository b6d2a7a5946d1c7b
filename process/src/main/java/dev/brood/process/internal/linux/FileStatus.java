package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

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

  private static final MethodHandle STATX =
      Native.slow(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle ACCESS =
      Native.slow(
          "faccessat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

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

  /** 0 if this process may execute (for a directory: enter) the file at a path. */
  public static int mayExecute(byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment name = arena.allocateFrom(JAVA_BYTE, path);
      int result = (int) ACCESS.invokeExact(errno, AT_FDCWD, name, X_OK, AT_EACCESS);
      return result < 0 ? -errno.get(JAVA_INT, 0) : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int type(Arena arena, int directory, byte[] path, int flags) {
    try {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment name = arena.allocateFrom(JAVA_BYTE, path);
      MemorySegment status = arena.allocate(STATX_SIZE, 8);
      int result = (int) STATX.invokeExact(errno, directory, name, flags, STATX_TYPE, status);
      return result < 0
          ? -errno.get(JAVA_INT, 0)
          : status.get(JAVA_SHORT_UNALIGNED, MODE_OFFSET) & TYPE_MASK;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
