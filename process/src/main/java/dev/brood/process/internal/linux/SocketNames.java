package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Socket addresses as the kernel has them: sockaddr_in of ip(7), sockaddr_in6 of ipv6(7) and
 * sockaddr_un of unix(7). A name of the abstract namespace is read as a path that begins with
 * {@code @}; it cannot be written.
 */
final class SocketNames {
  /** The longest: sockaddr_un with its terminating NUL. */
  static final int MAXIMUM = 110;

  private static final int IPV4_BYTES = 16;
  private static final int IPV6_BYTES = 28;
  private static final int PATH_OFFSET = 2;

  private SocketNames() {}

  static int family(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress) {
      return Sockets.AF_UNIX;
    }
    return resolved(address) instanceof Inet4Address ? Sockets.AF_INET : Sockets.AF_INET6;
  }

  static byte[] encode(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      byte[] path = unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
      int length = path.length == 0 ? PATH_OFFSET : PATH_OFFSET + path.length + 1;
      return family(Sockets.AF_UNIX, length).put(PATH_OFFSET, path).array();
    }
    InetAddress ip = resolved(address);
    short port = (short) ((InetSocketAddress) address).getPort();
    if (ip instanceof Inet6Address six) {
      return family(Sockets.AF_INET6, IPV6_BYTES)
          .putShort(2, Short.reverseBytes(port))
          .put(8, six.getAddress())
          .putInt(24, six.getScopeId())
          .array();
    }
    return family(Sockets.AF_INET, IPV4_BYTES)
        .putShort(2, Short.reverseBytes(port))
        .put(4, ip.getAddress())
        .array();
  }

  static SocketAddress decode(MemorySegment name) {
    int family = name.byteSize() < PATH_OFFSET ? 0 : name.get(JAVA_SHORT, 0);
    return switch (family) {
      case Sockets.AF_INET -> new InetSocketAddress(ip(bytes(name, 4, 4), 0), port(name));
      case Sockets.AF_INET6 ->
          new InetSocketAddress(ip(bytes(name, 8, 16), name.get(JAVA_INT, 24)), port(name));
      case Sockets.AF_UNIX -> UnixDomainSocketAddress.of(path(name));
      default -> throw new ErrnoException("getsockname", Errno.EAFNOSUPPORT.number());
    };
  }

  private static ByteBuffer family(int family, int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder()).putShort(0, (short) family);
  }

  private static InetAddress resolved(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("not an address of IP or Unix: " + address);
    }
    InetAddress ip = inet.getAddress();
    if (ip == null) {
      throw new IllegalArgumentException("not resolved: " + address);
    }
    return ip;
  }

  private static int port(MemorySegment name) {
    return Short.toUnsignedInt(Short.reverseBytes(name.get(JAVA_SHORT, 2)));
  }

  private static InetAddress ip(byte[] bytes, int scope) {
    try {
      InetAddress ip = InetAddress.getByAddress(bytes);
      boolean scoped = scope != 0 && ip instanceof Inet6Address;
      return scoped ? Inet6Address.getByAddress("", bytes, scope) : ip;
    } catch (UnknownHostException e) {
      throw new AssertionError("the length is 4 or 16", e);
    }
  }

  private static String path(MemorySegment name) {
    byte[] bytes = bytes(name, PATH_OFFSET, (int) name.byteSize() - PATH_OFFSET);
    if (bytes.length > 1 && bytes[0] == 0) {
      bytes[0] = '@';
      return new String(bytes, StandardCharsets.UTF_8).replace('\0', '@');
    }
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(MemorySegment name, long offset, int length) {
    return name.asSlice(offset, length).toArray(JAVA_BYTE);
  }
}
