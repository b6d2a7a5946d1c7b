package dev.brood.workers.supervise;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Looks at a child through its port.
 *
 * <p>Of an answer over HTTP only the first line matters (RFC 9112, section 4), so it is read from
 * the socket: the clients of the JDK use only the first address of a name, keep connections, and
 * one of them keeps threads.
 */
final class SocketLook {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9][0-9])( .*)?");
  private static final int LINE_BYTES = 4096;
  private static final int DRAIN_READS = 64;
  private static final Duration DRAIN_PAUSE = Duration.ofMillis(100);
  private static final Duration END_WAIT = Duration.ofSeconds(1);
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private SocketLook() {}

  /** Passes if a connection is accepted. */
  static ProbeResult tcp(String host, int port, Duration limit) throws InterruptedException {
    return within(
        limit,
        answer -> {
          connect(host, port, limit).close();
          answer.complete(new ProbeResult.Passed());
        });
  }

  /** Passes if the answer has a status from 200 to 399. */
  static ProbeResult http(URI uri, Duration limit) throws InterruptedException {
    return within(limit, answer -> get(uri, limit, answer));
  }

  private static void get(URI uri, Duration limit, CompletableFuture<ProbeResult> answer)
      throws IOException {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    String host = uri.getHost();
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
    try (Socket plain = connect(host, port, limit);
        Socket socket = secure ? secured(plain, host, port) : plain) {
      socket.getOutputStream().write(request(uri).getBytes(ISO_8859_1));
      InputStream in = socket.getInputStream();
      answer.complete(judged(firstLine(in)));
      drain(socket, in);
    }
  }

  private static String request(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String host = uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
    return """
    GET %s%s HTTP/1.1\r
    Host: %s\r
    User-Agent: brood\r
    Accept: */*\r
    Connection: close\r
    \r
    """
        .formatted(path, query, host);
  }

  private static String firstLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < LINE_BYTES) {
      int next = in.read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  private static ProbeResult judged(String line) {
    Matcher status = STATUS.matcher(line);
    if (!status.matches()) {
      return new ProbeResult.Failed("it did not answer in HTTP");
    }
    int code = Integer.parseInt(status.group(1));
    return code >= 200 && code < 400
        ? new ProbeResult.Passed()
        : new ProbeResult.Failed("it answered with status " + code);
  }

  /** Takes a short answer to its end: closing before would be a broken connection to the child. */
  private static void drain(Socket socket, InputStream in) {
    byte[] buffer = new byte[LINE_BYTES];
    try {
      socket.setSoTimeout((int) DRAIN_PAUSE.toMillis());
      for (int i = 0; i < DRAIN_READS && in.read(buffer) >= 0; i++) {
        // What is in it does not matter.
      }
    } catch (IOException e) {
      // The answer is known: how the rest of it ends does not matter.
    }
  }

  /** Connects to the first address of the host that accepts. */
  private static Socket connect(String host, int port, Duration limit) throws IOException {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    long each = Math.max(1, Math.min(MILLISECONDS.convert(limit), Integer.MAX_VALUE));
    IOException first = null;
    for (InetAddress address : addresses) {
      Socket socket = new Socket(Proxy.NO_PROXY);
      try {
        socket.connect(
            new InetSocketAddress(address, port), (int) Math.max(1, each / addresses.length));
        refuseOwn(socket);
        return socket;
      } catch (IOException e) {
        socket.close();
        first = first == null ? e : first;
      }
    }
    throw first == null ? new UnknownHostException(host) : first;
  }

  /**
   * A connection to a port of this machine at which nobody listens can succeed: if the kernel
   * happens to choose that very port for our end, the two ends are one.
   */
  private static void refuseOwn(Socket socket) throws ConnectException {
    if (socket.getLocalPort() == socket.getPort()
        && socket.getLocalAddress().equals(socket.getInetAddress())) {
      throw new ConnectException("Connection refused");
    }
  }

  private static Socket secured(Socket plain, String host, int port) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  /** A visit at the port of a child. */
  private interface Visit {
    /**
     * Makes it.
     *
     * @param answer is completed as soon as it is known, with whatever follows still to be done
     */
    void make(CompletableFuture<ProbeResult> answer) throws IOException;
  }

  /**
   * Makes a visit on a virtual thread of its own, whose interrupt closes the socket that it waits
   * for: so that the limit holds for all of it. Only the look-up of a name is not broken off. An
   * answer that is known counts, whatever becomes of the rest of the visit.
   */
  private static ProbeResult within(Duration limit, Visit visit) throws InterruptedException {
    CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
    FutureTask<ProbeResult> task =
        new FutureTask<>(() -> {
          visit.make(answer);
          return answer.join();
        });
    Thread thread = Thread.ofVirtual().name("brood-probe").start(task);
    try {
      return task.get(NANOSECONDS.convert(limit), NANOSECONDS);
    } catch (TimeoutException e) {
      return answer.getNow(new ProbeResult.Failed("no answer within " + Durations.text(limit)));
    } catch (ExecutionException e) {
      return answer.getNow(new ProbeResult.Failed(reason(task.exceptionNow(), limit)));
    } finally {
      if (task.cancel(true)) {
        awaitEnd(thread);
      }
    }
  }

  private static String reason(Throwable problem, Duration limit) {
    return switch (problem) {
      case SocketTimeoutException e -> "no answer within " + Durations.text(limit);
      case UnknownHostException e -> "unknown host " + e.getMessage();
      default -> String.valueOf(problem.getMessage());
    };
  }

  private static void awaitEnd(Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      boolean unused = thread.join(END_WAIT);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
