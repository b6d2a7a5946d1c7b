package dev.brood.workers.cluster;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Opens the socket that a worker asks for. Each is non-blocking and close-on-exec; a TCP or Unix
 * one listens already, so that errors show here. Methods return a descriptor or {@code -errno}.
 */
final class Binding {
  private static final String ANY_6 = "::";
  private static final String ANY_4 = "0.0.0.0";

  private Binding() {}

  static int open(ListenAddress address, Query query) {
    return switch (address) {
      case ListenAddress.Tcp tcp -> tcp(tcp, query);
      case ListenAddress.UnixPath unix -> unix(unix.path(), query);
      case ListenAddress.Udp udp -> udp(udp, query);
      case ListenAddress.Descriptor descriptor -> existing(descriptor.number(), query.backlog());
    };
  }

  /** Where a socket is bound; null if that cannot be told. */
  static @Nullable InetSocketAddress localAddress(int descriptor) {
    try {
      return Sockets.localAddress(descriptor) instanceof InetSocketAddress inet ? inet : null;
    } catch (ErrnoException e) {
      return null;
    }
  }

  static boolean isDatagram(int descriptor) {
    return Sockets.type(descriptor) == Sockets.SOCK_DGRAM;
  }

  /** Removes the file of a Unix socket that nobody listens on any more. */
  static void unlink(String path) {
    try {
      Files.deleteIfExists(Path.of(path));
    } catch (IOException | InvalidPathException e) {
      BackgroundLog.log(
          "dev.brood.workers",
          Level.WARNING,
          "the socket file " + path + " could not be removed",
          e);
    }
  }

  private static int tcp(ListenAddress.Tcp tcp, Query query) {
    String host = tcp.host();
    if (host != null) {
      return listening(address(host, tcp.port()), query);
    }
    int both = listening(address(ANY_6, tcp.port()), query);
    boolean withoutIpv6 =
        Errno.EAFNOSUPPORT.is(both) || Errno.EADDRNOTAVAIL.is(both) || Errno.EINVAL.is(both);
    return withoutIpv6 ? listening(address(ANY_4, tcp.port()), query) : both;
  }

  private static int listening(@Nullable InetSocketAddress address, Query query) {
    if (address == null) {
      return Query.negative(Errno.EINVAL);
    }
    return opened(
        address,
        Sockets.SOCK_STREAM,
        fd -> {
          int result = Sockets.setReuseAddress(fd, true);
          result = result < 0 ? result : only6(fd, address, query);
          result = result < 0 ? result : Sockets.bind(fd, address);
          return result < 0 ? result : Sockets.listen(fd, query.backlog());
        });
  }

  private static int udp(ListenAddress.Udp udp, Query query) {
    InetSocketAddress address = address(udp.host(), udp.port());
    if (address == null) {
      return Query.negative(Errno.EINVAL);
    }
    return opened(
        address,
        Sockets.SOCK_DGRAM,
        fd -> {
          boolean reuse = (query.flags() & Query.REUSE_ADDRESS) != 0;
          int result = reuse ? Sockets.setReuseAddress(fd, true) : 0;
          result = result < 0 ? result : only6(fd, address, query);
          return result < 0 ? result : Sockets.bind(fd, address);
        });
  }

  private static int unix(String path, Query query) {
    UnixDomainSocketAddress address;
    try {
      address = UnixDomainSocketAddress.of(path);
    } catch (InvalidPathException e) {
      return Query.negative(Errno.EINVAL); // the abstract namespace among others
    }
    return opened(
        address,
        Sockets.SOCK_STREAM,
        fd -> {
          int result = Sockets.bind(fd, address);
          if (result < 0) {
            return result;
          }
          result = permit(Path.of(path), query);
          result = result < 0 ? result : Sockets.listen(fd, query.backlog());
          if (result < 0) {
            unlink(path);
          }
          return result;
        });
  }

  /** A copy of a descriptor that this process has already. */
  private static int existing(int number, int backlog) {
    int type = Sockets.type(number);
    boolean unix = Sockets.family(number) == Sockets.AF_UNIX;
    if (type < 0 || (type != Sockets.SOCK_STREAM && (type != Sockets.SOCK_DGRAM || unix))) {
      return type < 0 ? type : Query.negative(Errno.EINVAL);
    }
    int copy = Descriptors.duplicate(number, 3);
    if (copy < 0) {
      return copy;
    }
    int result = Descriptors.addNonBlocking(copy);
    if (result >= 0 && type == Sockets.SOCK_STREAM) {
      result = Sockets.listen(copy, backlog);
    }
    if (result < 0) {
      Descriptors.close(copy);
      return result;
    }
    return copy;
  }

  private static int opened(SocketAddress address, int type, IntUnaryOperator prepare) {
    int fd = Sockets.socket(Sockets.familyOf(address), type);
    if (fd < 0) {
      return fd;
    }
    int result = prepare.applyAsInt(fd);
    if (result < 0) {
      Descriptors.close(fd);
      return result;
    }
    return fd;
  }

  private static int only6(int fd, InetSocketAddress address, Query query) {
    return Sockets.familyOf(address) == Sockets.AF_INET6
        ? Sockets.setIpv6Only(fd, (query.flags() & Query.IPV6_ONLY) != 0)
        : 0;
  }

  /** A literal address; the worker has resolved names already. */
  private static @Nullable InetSocketAddress address(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int permit(Path path, Query query) {
    if (!query.readableAll() && !query.writableAll()) {
      return 0;
    }
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    try {
      permissions.addAll(Files.getPosixFilePermissions(path));
      if (query.readableAll()) {
        permissions.add(PosixFilePermission.GROUP_READ);
        permissions.add(PosixFilePermission.OTHERS_READ);
      }
      if (query.writableAll()) {
        permissions.add(PosixFilePermission.GROUP_WRITE);
        permissions.add(PosixFilePermission.OTHERS_WRITE);
      }
      Path unused = Files.setPosixFilePermissions(path, permissions);
      return 0;
    } catch (IOException e) {
      return Query.negative(Errno.EACCES);
    }
  }
}
