package dev.brood.process.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
class SocketsTest {
  @TempDir Path directory;
  private final List<Integer> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(Descriptors::close);
  }

  private int kept(int fd) {
    assertThat(fd).isNotNegative();
    open.add(fd);
    return fd;
  }

  private int listening(SocketAddress address) {
    int fd = kept(Sockets.socket(Sockets.familyOf(address), Sockets.SOCK_STREAM));
    assertThat(Sockets.bind(fd, address)).isZero();
    assertThat(Sockets.listen(fd, 16)).isZero();
    return fd;
  }

  private int connected(SocketAddress address) {
    int fd = kept(Sockets.socket(Sockets.familyOf(address), Sockets.SOCK_STREAM));
    int result = Sockets.connect(fd, address);
    assertThat(result == 0 || Errno.EINPROGRESS.is(result)).as("connect: %d", result).isTrue();
    return fd;
  }

  /** The connection that is coming: of loopback, the kernel may make it somewhat later. */
  private int accepted(int server) {
    long end = System.nanoTime() + 20_000_000_000L;
    int result = Sockets.accept(server);
    while (Errno.EAGAIN.is(result) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
      result = Sockets.accept(server);
    }
    return kept(result);
  }

  private static UnixDomainSocketAddress unix(Path path) {
    return UnixDomainSocketAddress.of(path);
  }

  @Test
  void accept_connectionOfLoopback_tellsTheSameNamesOnBothSides() throws IOException {
    for (String host : new String[] {"127.0.0.1", "::1"}) {
      int server = listening(new InetSocketAddress(InetAddress.getByName(host), 0));
      SocketAddress address = Sockets.localAddress(server);
      int client = connected(address);
      int accepted = accepted(server);

      assertThat(((InetSocketAddress) address).getAddress().getHostAddress())
          .isEqualTo(InetAddress.getByName(host).getHostAddress());
      assertThat(Sockets.peerAddress(client)).isEqualTo(address);
      assertThat(Sockets.peerAddress(accepted)).isEqualTo(Sockets.localAddress(client));
      assertThat(Errno.EAGAIN.is(Sockets.accept(server))).isTrue();
    }
  }

  @Test
  void accept_connectionOfUnixPath_tellsWhoThePeerIs() {
    Path path = directory.resolve("server");
    int server = listening(unix(path));
    connected(unix(path));
    int accepted = accepted(server);

    PeerCredentials peer = Sockets.peerCredentials(accepted);
    assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(Sockets.localAddress(server)).isEqualTo(unix(path));
    assertThat(Sockets.peerAddress(accepted)).isEqualTo(UnixDomainSocketAddress.of(""));
  }

  @Test
  void socket_everyNewOne_isNonBlockingAndClosedOnExec() throws IOException {
    int server = listening(unix(directory.resolve("server")));
    int client = connected(unix(directory.resolve("server")));
    int[] pair = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, pair)).isZero();
    for (int fd : new int[] {server, client, accepted(server), kept(pair[0]), kept(pair[1])}) {
      assertThat(Descriptors.isNonBlocking(fd)).isTrue();
      assertThat(flags(fd) & Descriptors.O_CLOEXEC).isNotZero();
    }
  }

  private static int flags(int fd) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void queries_variousDescriptors_tellThemApart() {
    int server = listening(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int datagram = kept(Sockets.socket(Sockets.AF_INET6, Sockets.SOCK_DGRAM));
    int file = kept(Descriptors.memoryFile("file"));

    assertThat(Sockets.type(server)).isEqualTo(Sockets.SOCK_STREAM);
    assertThat(Sockets.isListening(server)).isEqualTo(1);
    assertThat(Sockets.family(server)).isEqualTo(Sockets.AF_INET);
    assertThat(Sockets.type(datagram)).isEqualTo(Sockets.SOCK_DGRAM);
    assertThat(Sockets.isListening(datagram)).isZero();
    assertThat(Sockets.family(datagram)).isEqualTo(Sockets.AF_INET6);
    assertThat(Errno.ENOTSOCK.is(Sockets.type(file))).isTrue();
    assertThat(Errno.EBADF.is(Sockets.type(-1))).isTrue();
  }

  @Test
  void options_ofSockets_areAccepted() {
    int stream = kept(Sockets.socket(Sockets.AF_INET6, Sockets.SOCK_STREAM));
    int unix = kept(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM));
    assertThat(Sockets.setReuseAddress(stream, true)).isZero();
    assertThat(Sockets.setReusePort(stream, true)).isZero();
    assertThat(Sockets.setIpv6Only(stream, true)).isZero();
    assertThat(Sockets.setNoDelay(stream, true)).isZero();
    assertThat(Sockets.setSendBuffer(stream, 8192)).isZero();
    assertThat(Sockets.setReceiveBuffer(stream, 8192)).isZero();
    assertThat(Sockets.setPassCredentials(unix, true)).isZero();
  }

  @Test
  void bind_portThatIsListenedOn_isRefused() {
    int server = kept(Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM));
    assertThat(Sockets.setReuseAddress(server, true)).isZero();
    assertThat(Sockets.bind(server, new InetSocketAddress("127.0.0.1", 0))).isZero();
    assertThat(Sockets.listen(server, 1)).isZero();
    SocketAddress address = Sockets.localAddress(server);
    int again = kept(Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM));
    assertThat(Errno.EADDRINUSE.is(Sockets.bind(again, address))).isTrue();
  }

  @Test
  void connect_nobodyListens_isRefused() {
    Path path = directory.resolve("stale");
    int left = kept(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM));
    assertThat(Sockets.bind(left, unix(path))).isZero();
    int client = kept(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM));
    assertThat(Errno.ECONNREFUSED.is(Sockets.connect(client, unix(path)))).isTrue();
    assertThat(Errno.ENOENT.is(Sockets.connect(client, unix(directory.resolve("no"))))).isTrue();
  }

  @Test
  void setMode_beforeBind_isTheModeOfTheFileFromTheFirstMoment() throws IOException {
    Path path = directory.resolve("private");
    int fd = kept(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM));
    assertThat(Sockets.setMode(fd, 0600)).isZero();
    assertThat(Sockets.bind(fd, unix(path))).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void bind_longPath_isRefusedInsteadOfCut() throws IOException {
    int fd = kept(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM));
    Path longest = Path.of("/" + "x".repeat(106));
    Path tooLong = Path.of("/" + "x".repeat(107));
    assertThat(Errno.ENOENT.is(Sockets.connect(fd, unix(longest)))).isTrue();
    assertThat(Errno.ENAMETOOLONG.is(Sockets.connect(fd, unix(tooLong)))).isTrue();
    assertThat(Errno.ENAMETOOLONG.is(Sockets.bind(fd, unix(tooLong)))).isTrue();
  }

  @Test
  void bind_unresolvedAddress_isTheCallersMistake() {
    assertThatThrownBy(
            () -> Sockets.bind(0, InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not resolved");
  }

  @Test
  void localAddress_noSocket_throwsTheErrorNumber() {
    int file = kept(Descriptors.memoryFile("file"));
    assertThatThrownBy(() -> Sockets.localAddress(file))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("ENOTSOCK");
    assertThatThrownBy(() -> Sockets.peerCredentials(file)).hasMessageContaining("ENOTSOCK");
  }

  @Test
  void addNonBlocking_fileOpenedForAppending_keepsTheOtherFlags() throws IOException {
    Path path = directory.resolve("log");
    int flags = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_APPEND;
    int fd = kept(Descriptors.open(path.toString(), flags, 0600));
    assertThat(Descriptors.isNonBlocking(fd)).isFalse();
    assertThat(Descriptors.addNonBlocking(fd)).isZero();
    assertThat(Descriptors.isNonBlocking(fd)).isTrue();
    assertThat(flags(fd) & Descriptors.O_APPEND).isNotZero();
    assertThat(Errno.EBADF.is(Descriptors.addNonBlocking(-1))).isTrue();
  }
}
