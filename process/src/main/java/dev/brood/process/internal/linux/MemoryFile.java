package dev.brood.process.internal.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Anonymous files in memory that processes share: memfd_create(2).
 *
 * <p>Methods that return an int return {@code -errno} on failure.
 */
public final class MemoryFile {
  /** No more seals may be added. */
  public static final int SEAL_SEAL = 1;

  /** The file cannot become shorter: whoever maps it never gets SIGBUS from its end. */
  public static final int SEAL_SHRINK = 2;

  /** The file cannot become longer. */
  public static final int SEAL_GROW = 4;

  /** Nobody can write to it. */
  public static final int SEAL_WRITE = 8;

  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;

  private MemoryFile() {}

  /** Makes a file of {@code bytes} zeroes whose size is sealed; its descriptor. */
  public static int ofSize(String name, long bytes) {
    byte[] text = (name + "\0").getBytes(StandardCharsets.UTF_8);
    int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = (int) Syscall.MEMFD_CREATE.quickFirst(MemorySegment.ofArray(text), flags);
    if (fd < 0) {
      return fd;
    }
    int result = (int) Syscall.FTRUNCATE.quick(fd, bytes, 0);
    if (result >= 0) {
      result = seal(fd, SEAL_SHRINK | SEAL_GROW | SEAL_SEAL);
    }
    if (result < 0) {
      Descriptors.close(fd);
      return result;
    }
    return fd;
  }

  /** Adds seals, which nobody can take away. */
  public static int seal(int fd, int seals) {
    return (int) Syscall.FCNTL.quick(fd, F_ADD_SEALS, seals);
  }

  /** The seals of a file; {@code -EINVAL} if it is none in memory. */
  public static int seals(int fd) {
    return (int) Syscall.FCNTL.quick(fd, F_GET_SEALS, 0);
  }

  /**
   * Maps a whole file for reading and writing until {@code arena} is closed; the descriptor may be
   * closed before.
   *
   * @throws IOException if it cannot be mapped
   */
  public static MemorySegment map(int fd, Arena arena) throws IOException {
    Path path = Path.of("/proc/self/fd", Integer.toString(fd));
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena);
    }
  }
}
