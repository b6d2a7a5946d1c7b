package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Unix datagram sockets that tell who sent what, with which descriptors: SO_PASSCRED of unix(7).
 * None of the calls waits; all return {@code -errno} on failure and may come from any thread.
 */
public final class DatagramMessages {
  /** The longest address, in bytes: sun_path of unix(7), less a final NUL. */
  public static final int LONGEST_ADDRESS = 107;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SCM_CREDENTIALS = 2;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  // struct cmsghdr: length (8 bytes), level, type; the next one begins at a multiple of 8.
  private static final int HEADER = 16;
  private static final int CREDENTIALS_SPACE = HEADER + 16;
  private static final int RIGHTS_SPACE = HEADER + 4 * DescriptorPassing.MAXIMUM + 4;

  private DatagramMessages() {}

  /**
   * A non-blocking socket that listens at an address and learns the credentials of senders, those
   * of the very first included. A socket file is for its owner only.
   *
   * @param address a path, or {@code @} and a name of the abstract namespace
   */
  public static int open(String address) {
    final int ownerOnly = 0600;
    int socket = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
    if (socket < 0) {
      return socket;
    }
    int result = Sockets.setPassCredentials(socket, true);
    if (result >= 0) {
      result = Sockets.setMode(socket, ownerOnly);
    }
    if (result >= 0) {
      result = bind(socket, address);
    }
    if (result < 0) {
      Descriptors.close(socket);
      return result;
    }
    return socket;
  }

  /** Receives one datagram; its length as far as it fitted, or {@code -errno}. */
  public static int receive(int socket, Datagram into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(into.bytes.length);
      MemorySegment control = arena.allocate(CREDENTIALS_SPACE + RIGHTS_SPACE, 8);
      MemorySegment message = message(arena, data, control);
      long received = Syscall.RECVMSG.blocking(socket, message.address(), MSG_CMSG_CLOEXEC, 0, 0);
      if (received < 0) {
        return (int) received;
      }
      MemorySegment.copy(data, JAVA_BYTE, 0, into.bytes, 0, (int) received);
      int flags = message.get(JAVA_INT, 48);
      into.begin((int) received, (flags & MSG_TRUNC) != 0, (flags & MSG_CTRUNC) != 0);
      readControl(control, message.get(JAVA_LONG, 40), into);
      return (int) received;
    }
  }

  /** The user as whom this process acts, in its own user namespace. See geteuid(2). */
  public static int ownUser() {
    return (int) Syscall.GETEUID.quick(0, 0, 0);
  }

  // struct sockaddr_un: the family in two bytes, then the path; a NUL begins an abstract name.
  private static int bind(int socket, String address) {
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    if (name.length > LONGEST_ADDRESS) {
      return -Errno.ENAMETOOLONG.number();
    }
    boolean isAbstract = name.length > 0 && name[0] == '@';
    byte[] structure = new byte[2 + name.length + (isAbstract ? 0 : 1)];
    structure[0] = Sockets.AF_UNIX; // little-endian, as all that Brood runs on
    System.arraycopy(name, 0, structure, 2, name.length);
    if (isAbstract) {
      structure[2] = 0;
    }
    MemorySegment segment = MemorySegment.ofArray(structure);
    return (int) Syscall.BIND.quickSecond(socket, segment, structure.length, 0);
  }

  private static void readControl(MemorySegment control, long used, Datagram into) {
    long at = 0;
    while (at + HEADER <= used) {
      long length = control.get(JAVA_LONG, at);
      if (length < HEADER || at + length > used) {
        return;
      }
      if (control.get(JAVA_INT, at + 8) == SOL_SOCKET) {
        int type = control.get(JAVA_INT, at + 12);
        if (type == SCM_RIGHTS) {
          int[] descriptors = new int[(int) ((length - HEADER) / 4)];
          MemorySegment.copy(control, JAVA_INT, at + HEADER, descriptors, 0, descriptors.length);
          into.descriptors = descriptors;
        } else if (type == SCM_CREDENTIALS) {
          into.pid = control.get(JAVA_INT, at + HEADER);
          into.user = control.get(JAVA_INT, at + HEADER + 4);
          into.group = control.get(JAVA_INT, at + HEADER + 8);
        }
      }
      at += (length + 7) & ~7L;
    }
  }

  // struct msghdr of a 64-bit Linux: name, namelen, iov, iovlen, control, controllen, flags.
  private static MemorySegment message(Arena arena, MemorySegment data, MemorySegment control) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, data);
    vector.set(JAVA_LONG, 8, data.byteSize());
    MemorySegment message = arena.allocate(56, 8);
    message.set(ADDRESS, 16, vector);
    message.set(JAVA_LONG, 24, 1);
    message.set(ADDRESS, 32, control);
    message.set(JAVA_LONG, 40, control.byteSize());
    return message;
  }
}
