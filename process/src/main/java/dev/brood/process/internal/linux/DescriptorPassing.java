package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Descriptors sent through a Unix socket: SCM_RIGHTS of unix(7). One byte of data carries up to
 * {@link #MAXIMUM} of them.
 */
public final class DescriptorPassing {
  /** SCM_MAX_FD of the kernel. */
  public static final int MAXIMUM = 253;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int HEADER = 16;

  private DescriptorPassing() {}

  /** Sends one byte with {@code descriptors}; 0, or {@code -errno}. */
  public static int send(int socket, int[] descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = control(arena, descriptors.length);
      MemorySegment.copy(descriptors, 0, control, JAVA_INT, HEADER, descriptors.length);
      MemorySegment message = message(arena, control);
      long sent = Syscall.SENDMSG.blocking(socket, message.address(), MSG_NOSIGNAL, 0, 0);
      return sent < 0 ? (int) sent : 0;
    }
  }

  /** Receives one byte and fills {@code descriptors}; how many came, or {@code -errno}. */
  public static int receive(int socket, int[] descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = control(arena, descriptors.length);
      MemorySegment message = message(arena, control);
      long received = Syscall.RECVMSG.blocking(socket, message.address(), MSG_CMSG_CLOEXEC, 0, 0);
      if (received < 0) {
        return (int) received;
      }
      long used = message.get(JAVA_LONG, 40);
      int count = used < HEADER ? 0 : (int) ((control.get(JAVA_LONG, 0) - HEADER) / 4);
      MemorySegment.copy(control, JAVA_INT, HEADER, descriptors, 0, count);
      return count;
    }
  }

  // struct cmsghdr: length, level, type; then the descriptors.
  private static MemorySegment control(Arena arena, int count) {
    long length = HEADER + 4L * count;
    MemorySegment control = arena.allocate((length + 7) & ~7, 8);
    control.set(JAVA_LONG, 0, length);
    control.set(JAVA_INT, 8, SOL_SOCKET);
    control.set(JAVA_INT, 12, SCM_RIGHTS);
    return control;
  }

  // struct msghdr of a 64-bit Linux: name, namelen, iov, iovlen, control, controllen, flags.
  private static MemorySegment message(Arena arena, MemorySegment control) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, arena.allocate(JAVA_BYTE));
    vector.set(JAVA_LONG, 8, 1);
    MemorySegment message = arena.allocate(56, 8);
    message.set(ADDRESS, 16, vector);
    message.set(JAVA_LONG, 24, 1);
    message.set(ADDRESS, 32, control);
    message.set(JAVA_LONG, 40, control.byteSize());
    return message;
  }
}
