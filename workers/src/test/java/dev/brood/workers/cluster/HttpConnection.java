package dev.brood.workers.cluster;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One connection of an HTTP client that repeats nothing and hides nothing. */
final class HttpConnection implements AutoCloseable {
  /** A connection that had served before was closed before it answered anything: try another. */
  static final class StaleException extends IOException {
    private static final long serialVersionUID = 1;

    StaleException(Throwable cause) {
      super("closed before the answer began", cause);
    }
  }

  private final SocketChannel channel;
  private final InputStream input;
  private int answers;
  private boolean closing;

  private HttpConnection(SocketChannel channel) {
    this.channel = channel;
    this.input = new BufferedInputStream(Channels.newInputStream(channel));
  }

  static HttpConnection to(int port) throws IOException {
    return to(new InetSocketAddress("127.0.0.1", port));
  }

  static HttpConnection to(SocketAddress address) throws IOException {
    return new HttpConnection(SocketChannel.open(address));
  }

  /** One request on a connection of its own. */
  static String get(int port, String path) throws IOException {
    try (HttpConnection connection = to(port)) {
      return connection.get(path, false);
    }
  }

  /** The body of the answer. */
  String get(String path, boolean keepAlive) throws IOException {
    int first;
    try {
      ask(path, keepAlive);
      first = first();
    } catch (IOException e) {
      throw answers > 0 ? new StaleException(e) : e;
    }
    return answer(first);
  }

  /** Sends a request and waits for nothing. */
  void ask(String path, boolean keepAlive) throws IOException {
    String request =
        "GET %s HTTP/1.1\r\nHost: test\r\nConnection: %s\r\n\r\n"
            .formatted(path, keepAlive ? "keep-alive" : "close");
    Channels.newOutputStream(channel).write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** The body of the answer to what was asked. */
  String answer() throws IOException {
    return answer(first());
  }

  /** Whether the server has said that this was the last answer on this connection. */
  boolean isClosing() {
    return closing;
  }

  private int first() throws IOException {
    int first = input.read();
    if (first < 0) {
      throw new EOFException("closed instead of an answer");
    }
    return first;
  }

  private String answer(int first) throws IOException {
    StringBuilder head = new StringBuilder().append((char) first);
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) next());
    }
    String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
    if (!lower.startsWith("http/1.1 200")) {
      throw new IOException("not answered with 200: " + head);
    }
    closing = lower.contains("connection: close");
    String body = lower.contains("transfer-encoding: chunked") ? chunks() : plain(lower);
    answers++;
    return body;
  }

  private String plain(String head) throws IOException {
    int at = head.indexOf("content-length:") + "content-length:".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)).strip());
    return text(length);
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      StringBuilder line = new StringBuilder();
      while (!line.toString().endsWith("\r\n")) {
        line.append((char) next());
      }
      int length = Integer.parseInt(line.toString().strip(), 16);
      body.append(text(length));
      text(2);
      if (length == 0) {
        return body.toString();
      }
    }
  }

  private String text(int length) throws IOException {
    byte[] bytes = input.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("closed within an answer");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private int next() throws IOException {
    int value = input.read();
    if (value < 0) {
      throw new EOFException("closed within an answer");
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
