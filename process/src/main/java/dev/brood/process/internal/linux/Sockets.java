package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.util.Locale;

/**
 * System calls on sockets: socket(2), bind(2), listen(2), accept4(2), connect(2), getsockopt(2).
 *
 * <p>Every socket made here is non-blocking and has close-on-exec set, from the call that makes it.
 * Methods that return an int return {@code -errno} on failure; those that return a value throw
 * {@link ErrnoException}. All may be called from any thread; only {@link #bind} and {@link
 * #connect} of a Unix address touch the file system.
 */
public final class Sockets {
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_SEQPACKET = 5;

  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;

  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_TYPE = 3;
  private static final int SO_ERROR = 4;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_PASSCRED = 16;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_DOMAIN = 39;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;

  private Sockets() {}

  /** Makes a socket of an address family and a type ({@code SOCK_}). */
  public static int socket(int family, int type) {
    return (int) Syscall.SOCKET.quick(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }

  /** Makes a pair of connected Unix sockets, both non-blocking. See socketpair(2). */
  public static int pair(int type, int[] ends) {
    int flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
    return (int) Syscall.SOCKETPAIR.quickFourth(AF_UNIX, flags, 0, MemorySegment.ofArray(ends));
  }

  /** The address family to make a socket of for {@code address}. */
  public static int familyOf(SocketAddress address) {
    return SocketNames.family(address);
  }

  /** Binds to an address; {@code -ENAMETOOLONG} if a path has more than 107 bytes. */
  public static int bind(int fd, SocketAddress address) {
    return named(Syscall.BIND, fd, address);
  }

  /** Connects; {@code -EINPROGRESS} if that goes on: wait until it can be written to. */
  public static int connect(int fd, SocketAddress address) {
    return named(Syscall.CONNECT, fd, address);
  }

  /** Starts to listen, or changes the backlog, which the kernel caps. */
  public static int listen(int fd, int backlog) {
    return (int) Syscall.LISTEN.quick(fd, backlog, 0);
  }

  /** Accepts a connection; {@code -EAGAIN} if none waits. */
  public static int accept(int fd) {
    return (int) Syscall.ACCEPT4.quick(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }

  /** Where a socket is bound; an empty Unix path if it is a Unix socket without a name. */
  public static SocketAddress localAddress(int fd) {
    return name(Syscall.GETSOCKNAME, fd);
  }

  /** What a socket is connected to; an empty Unix path if that is a socket without a name. */
  public static SocketAddress peerAddress(int fd) {
    return name(Syscall.GETPEERNAME, fd);
  }

  /** Who is at the other end of a connected Unix socket. */
  public static PeerCredentials peerCredentials(int fd) {
    int[] values = new int[3];
    int result = option(fd, SO_PEERCRED, values);
    if (result < 0) {
      throw new ErrnoException("getsockopt", -result);
    }
    return new PeerCredentials(values[0], values[1], values[2]);
  }

  /** The type of a socket ({@code SOCK_}); {@code -ENOTSOCK} if it is none. */
  public static int type(int fd) {
    return option(fd, SO_TYPE);
  }

  /** The address family of a socket ({@code AF_}). */
  public static int family(int fd) {
    return option(fd, SO_DOMAIN);
  }

  /** 1 if the socket listens, 0 if not. */
  public static int isListening(int fd) {
    return option(fd, SO_ACCEPTCONN);
  }

  /** Takes the error that waits on a socket, such as that of a connection attempt; 0 if none. */
  public static int takeError(int fd) {
    return option(fd, SO_ERROR);
  }

  /** SO_RCVTIMEO: how long a receive of a blocking socket waits at most. See socket(7). */
  public static int receiveLimit(int fd, int millis) {
    MemorySegment time = MemorySegment.ofArray(new long[] {millis / 1000, millis % 1000 * 1000});
    return (int) Syscall.SETSOCKOPT.quickFourth(fd, SOL_SOCKET, SO_RCVTIMEO, time, time.byteSize());
  }

  /** SO_REUSEADDR: bind although old connections of the port linger. */
  public static int setReuseAddress(int fd, boolean on) {
    return setOption(fd, SOL_SOCKET, SO_REUSEADDR, on ? 1 : 0);
  }

  /** SO_REUSEPORT: several sockets of one user share a port. */
  public static int setReusePort(int fd, boolean on) {
    return setOption(fd, SOL_SOCKET, SO_REUSEPORT, on ? 1 : 0);
  }

  /** SO_PASSCRED: the kernel adds the sender's credentials to what is received. */
  public static int setPassCredentials(int fd, boolean on) {
    return setOption(fd, SOL_SOCKET, SO_PASSCRED, on ? 1 : 0);
  }

  /** IPV6_V6ONLY: whether an IPv6 socket leaves IPv4 alone. */
  public static int setIpv6Only(int fd, boolean on) {
    return setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, on ? 1 : 0);
  }

  /** TCP_NODELAY: small writes are not held back. */
  public static int setNoDelay(int fd, boolean on) {
    return setOption(fd, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
  }

  /** SO_SNDBUF: asks for a send buffer; the kernel doubles and caps it. */
  public static int setSendBuffer(int fd, int bytes) {
    return setOption(fd, SOL_SOCKET, SO_SNDBUF, bytes);
  }

  /** SO_RCVBUF: asks for a receive buffer; the kernel doubles and caps it. */
  public static int setReceiveBuffer(int fd, int bytes) {
    return setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  }

  /**
   * Sets the permission bits of a socket that is not bound yet: the file that {@link #bind} makes
   * for a Unix path then has at most these, whatever the umask. Linux takes the mode of the new
   * file from the socket's own inode (unix_bind of net/unix/af_unix.c).
   */
  public static int setMode(int fd, int mode) {
    return (int) Syscall.FCHMOD.quick(fd, mode, 0);
  }

  private static int named(Syscall call, int fd, SocketAddress address) {
    byte[] name = SocketNames.encode(address);
    if (name.length > SocketNames.MAXIMUM) {
      return -Errno.ENAMETOOLONG.number();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(name.length, 8);
      MemorySegment.copy(MemorySegment.ofArray(name), 0, memory, 0, name.length);
      return (int) call.blocking(fd, memory.address(), name.length, 0, 0);
    }
  }

  private static SocketAddress name(Syscall call, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SocketNames.MAXIMUM, 8);
      MemorySegment length = arena.allocateFrom(JAVA_INT, SocketNames.MAXIMUM);
      long result = call.blocking(fd, name.address(), length.address(), 0, 0);
      if (result < 0) {
        throw new ErrnoException(call.name().toLowerCase(Locale.ROOT), (int) -result);
      }
      int used = Math.min(length.get(JAVA_INT, 0), SocketNames.MAXIMUM);
      return SocketNames.decode(name.asSlice(0, used));
    }
  }

  private static int setOption(int fd, int level, int name, int value) {
    MemorySegment memory = MemorySegment.ofArray(new int[] {value});
    return (int) Syscall.SETSOCKOPT.quickFourth(fd, level, name, memory, Integer.BYTES);
  }

  private static int option(int fd, int name) {
    int[] value = new int[1];
    int result = option(fd, name, value);
    return result < 0 ? result : value[0];
  }

  private static int option(int fd, int name, int[] values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(JAVA_INT, values.length);
      MemorySegment length = arena.allocateFrom(JAVA_INT, values.length * Integer.BYTES);
      int result =
          (int)
              Syscall.GETSOCKOPT.blocking(fd, SOL_SOCKET, name, memory.address(), length.address());
      MemorySegment.copy(memory, JAVA_INT, 0, values, 0, values.length);
      return result;
    }
  }
}
