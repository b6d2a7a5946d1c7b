package dev.brood.workers.channel;

import dev.brood.process.internal.io.Connector;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Sockets;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * Makes the sockets of handles, non-blocking and close-on-exec. Each method returns a descriptor,
 * the caller's, or throws a {@link HandleException} that names the call, the reason and the
 * address.
 */
final class NewSocket {
  private static final int UNIX_BACKLOG = 511;

  private NewSocket() {}

  /** A TCP socket that listens; the IPv6 wildcard serves IPv4 too. */
  static int listening(InetSocketAddress address, int backlog) {
    return set(
        address,
        Sockets.SOCK_STREAM,
        fd -> {
          checked("setsockopt", address, Sockets.setReuseAddress(fd, true));
          bind(fd, address);
          checked("listen", address, Sockets.listen(fd, backlog));
        });
  }

  /** A Unix socket that listens on a path that is not there yet. */
  static int listening(Path path, int mode) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    return set(
        address,
        Sockets.SOCK_STREAM,
        fd -> {
          checked("fchmod", address, Sockets.setMode(fd, mode));
          checked("bind", address, Sockets.bind(fd, address));
          checked("listen", address, Sockets.listen(fd, UNIX_BACKLOG));
        });
  }

  /** A UDP socket that is bound. */
  static int datagram(InetSocketAddress address) {
    return set(address, Sockets.SOCK_DGRAM, fd -> bind(fd, address));
  }

  /** A stream socket that is connected. */
  static int connected(SocketAddress address, long deadlineNanos) throws InterruptedException {
    int fd = Connector.connect(Reactor.shared(), address, deadlineNanos);
    checked("connect", address, fd);
    return fd;
  }

  /** What makes a fresh socket what it is to be. */
  private interface SetUp {
    void prepare(int fd);
  }

  private static int set(SocketAddress address, int type, SetUp setUp) {
    int fd = Sockets.socket(Sockets.familyOf(address), type);
    if (Errno.EAFNOSUPPORT.is(fd) && isAnyOfIpv6(address)) {
      fd = Sockets.socket(Sockets.AF_INET, type);
    }
    checked("socket", address, fd);
    boolean done = false;
    try {
      setUp.prepare(fd);
      done = true;
    } finally {
      if (!done) {
        Descriptors.close(fd);
      }
    }
    return fd;
  }

  private static void bind(int fd, InetSocketAddress address) {
    InetSocketAddress own = address;
    if (Sockets.family(fd) == Sockets.AF_INET6) {
      checked("setsockopt", address, Sockets.setIpv6Only(fd, false));
    } else if (isAnyOfIpv6(address)) {
      // A system without IPv6: the wildcard means IPv4 there.
      own = new InetSocketAddress("0.0.0.0", address.getPort());
    }
    checked("bind", address, Sockets.bind(fd, own));
  }

  private static boolean isAnyOfIpv6(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() instanceof Inet6Address six
        && six.isAnyLocalAddress();
  }

  private static void checked(String call, SocketAddress address, int result) {
    if (result < 0) {
      throw new HandleException("%s: %s: %s".formatted(call, Errno.describe(-result), address));
    }
  }
}
