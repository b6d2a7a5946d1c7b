package dev.brood.workers.channel;

import dev.brood.process.internal.io.Listener;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.MemoryFile;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that travels with a message, or has arrived with one.
 *
 * <p>It owns its descriptor until it is closed. A {@link Kind#SOCKET} that is sent is closed when
 * the peer has it, unless {@link #keepOpen} was called; other kinds are shared and stay open.
 * Nobody closes a handle that is forgotten: its descriptor stays open as long as the JVM.
 *
 * <p>Thread-safe. {@link #close} may be called several times and wakes whoever waits in {@link
 * #accept} or on one of the streams. Waiting parks a virtual thread and pins nothing.
 */
public final class Handle implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

  private final int descriptor;
  private final Kind kind;
  private final @Nullable String key;
  private final List<Runnable> onClose = new ArrayList<>();
  private boolean keepsOpen;
  private boolean closed;
  private @Nullable Listener listener;
  private @Nullable SocketStreams streams;

  /** What a descriptor is, by the names that Node has for what it sends. */
  public enum Kind {
    /** A stream socket that is bound; Node makes a listening {@code net.Server} of it. */
    SERVER,
    /** A connected stream socket; {@code net.Socket} in Node. */
    SOCKET,
    /** A stream socket, UDP socket or pipe, which Node hands to a script as it is. */
    NATIVE,
    /** A bound UDP socket; {@code dgram.Socket} in Node. */
    DATAGRAM,
    /** A UDP socket, which Node hands to a script as it is. */
    DATAGRAM_NATIVE,
    /** A file; only through the binary codecs, as Node would abort. */
    FILE,
    /** One end of a pipe; only through the binary codecs: for Node, {@link #NATIVE} is its name. */
    PIPE,
    /** A file in memory; only through the binary codecs, as Node would abort. */
    MEMORY
  }

  private Handle(int descriptor, Kind kind, @Nullable String key) {
    this.descriptor = descriptor;
    this.kind = kind;
    this.key = key;
  }

  /**
   * Takes over a descriptor. A stream socket or pipe is made non-blocking, for everybody who shares
   * it: a blocking one freezes the event loop of the process that gets it.
   *
   * @throws HandleException if it is not what {@code kind} says; then it is still the caller's
   */
  public static Handle of(int descriptor, Kind kind) {
    DescriptorKind.check(descriptor, kind);
    return new Handle(descriptor, kind, null);
  }

  /** One that has come in; taken as the peer calls it, and used only as far as that is true. */
  static Handle received(int descriptor, Kind kind, @Nullable String key) {
    return new Handle(descriptor, kind, key);
  }

  /**
   * Listens on a TCP address; port 0 is any free one, and the IPv6 wildcard serves IPv4 too.
   *
   * @param backlog how many connections wait in the kernel at most; it caps them
   * @throws HandleException if that fails, such as with EADDRINUSE
   */
  public static Handle listen(InetSocketAddress address, int backlog) {
    return new Handle(NewSocket.listening(address, backlog), Kind.SERVER, null);
  }

  /**
   * Listens on a path that must not exist. The file is for this user alone (0600) from the first
   * moment; whoever made it removes it.
   *
   * @throws HandleException if that fails, such as with EADDRINUSE
   */
  public static Handle listen(Path unixSocket) {
    return listen(unixSocket, 0600);
  }

  /** Listens on a path, with other permissions of the file; the umask takes away from them. */
  static Handle listen(Path unixSocket, int mode) {
    return new Handle(NewSocket.listening(unixSocket, mode), Kind.SERVER, null);
  }

  /**
   * Connects to a TCP or Unix address within 30 s.
   *
   * @throws HandleException if that fails, such as with ECONNREFUSED or ETIMEDOUT
   */
  public static Handle connect(SocketAddress address) throws InterruptedException {
    return connect(address, CONNECT_LIMIT);
  }

  /** Connects to a TCP or Unix address within a limit. */
  public static Handle connect(SocketAddress address, Duration limit) throws InterruptedException {
    return new Handle(NewSocket.connected(address, deadline(limit)), Kind.SOCKET, null);
  }

  /** Binds a UDP socket; port 0 is any free one. */
  public static Handle datagram(InetSocketAddress address) {
    return new Handle(NewSocket.datagram(address), Kind.DATAGRAM, null);
  }

  /**
   * Opens a file for reading. Its position is shared by all who get the descriptor.
   *
   * @throws HandleException if it cannot be opened, such as with ENOENT, or is a pipe
   */
  public static Handle file(Path file) {
    // Non-blocking: to open a pipe waits for its writer otherwise, see fifo(7).
    int flags = Descriptors.O_RDONLY | Descriptors.O_NONBLOCK;
    int fd = made("open", file, Descriptors.open(file.toString(), flags, 0));
    try {
      Handle handle = of(fd, Kind.FILE);
      int unused = made("fcntl", file, Descriptors.setBlocking(fd));
      return handle;
    } catch (HandleException e) {
      Descriptors.close(fd);
      throw e;
    }
  }

  /**
   * Makes memory for several processes, of zeroes, whose size cannot change. See {@link #map}.
   *
   * @throws HandleException if that fails, such as with EMFILE
   * @throws IllegalArgumentException if it is not at least 1 byte
   */
  public static Handle memory(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("memory has at least 1 byte, not " + bytes);
    }
    int fd = made("memfd_create", bytes, MemoryFile.ofSize("brood-memory", bytes));
    return new Handle(fd, Kind.MEMORY, null);
  }

  /** What the descriptor is. */
  public Kind kind() {
    return kind;
  }

  /** The number of the descriptor; of nothing, or of something else, after the close. */
  public int descriptor() {
    return descriptor;
  }

  /** The server that a socket came from, as its sender calls it; empty if it says nothing. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** Leaves this process its copy after sending. */
  public synchronized Handle keepOpen() {
    keepsOpen = true;
    return this;
  }

  synchronized boolean keepsOpen() {
    return keepsOpen;
  }

  /** Does something when this handle is closed; at once if it is. */
  void onClose(Runnable action) {
    synchronized (this) {
      if (!closed) {
        onClose.add(action);
        return;
      }
    }
    action.run();
  }

  /**
   * Checks that the peer can take it, before it is sent.
   *
   * @throws HandleException if it would kill a Node peer, or is closed
   */
  void prepareToTravel(Codec codec) {
    synchronized (this) {
      requireOpen();
    }
    boolean node = codec.name().equals("json") || codec.name().equals("advanced");
    boolean bearable =
        switch (kind) {
          case SERVER, SOCKET, NATIVE, DATAGRAM, DATAGRAM_NATIVE -> true;
          case FILE, PIPE, MEMORY -> !node;
        };
    if (!bearable) {
      throw new HandleException(
          "%s cannot go through a channel of codec %s: only sockets can"
              .formatted(this, codec.name()));
    }
    DescriptorKind.check(descriptor, kind);
  }

  /** Whether {@link #close} was called. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Where the socket is bound; an empty Unix path if it has no name.
   *
   * @throws HandleException if it is no socket, or closed
   */
  public synchronized SocketAddress localAddress() {
    requireOpen();
    try {
      return Sockets.localAddress(descriptor);
    } catch (ErrnoException e) {
      throw new HandleException(e.getMessage() + " of " + this, e);
    }
  }

  /**
   * What the socket is connected to; an empty Unix path if that has no name.
   *
   * @throws HandleException if it is no connected socket, or closed
   */
  public synchronized SocketAddress peerAddress() {
    requireOpen();
    try {
      return Sockets.peerAddress(descriptor);
    } catch (ErrnoException e) {
      throw new HandleException(e.getMessage() + " of " + this, e);
    }
  }

  /**
   * Waits for a connection of a listening socket. Other processes that have it accept as well.
   *
   * @throws HandleException if this handle is closed, before or meanwhile, does not listen, or
   *     there is no descriptor left (EMFILE); then the connection waits on, so pause before another
   *     try
   */
  public Handle accept() throws InterruptedException {
    return accepted(0).orElseThrow();
  }

  /** Waits for a connection; empty if none came within the limit. See {@link #accept()}. */
  public Optional<Handle> accept(Duration limit) throws InterruptedException {
    return accepted(deadline(limit));
  }

  /**
   * What the peer of a connected stream socket, or of a pipe, writes. To close the stream does
   * nothing; close the handle.
   *
   * @throws HandleException if it is none of these, or closed
   */
  public InputStream input() {
    return streams().input();
  }

  /**
   * What the peer of a connected stream socket, or of a pipe, reads. Not buffered. To close the
   * stream ends the sending half, so that the peer reads end of file.
   *
   * @throws HandleException if it is none of these, or closed
   */
  public OutputStream output() {
    return streams().output();
  }

  /**
   * Maps {@link Kind#MEMORY} for reading and writing, until {@code arena} is closed; the handle may
   * be closed before. Memory that another program has made may be made shorter there: what is
   * beyond its end then cannot be accessed, an {@link InternalError}.
   *
   * @throws HandleException if it is no memory, is closed, or cannot be mapped
   */
  public synchronized MemorySegment map(Arena arena) {
    requireOpen();
    if (kind != Kind.MEMORY) {
      throw new HandleException(this + " is no memory");
    }
    try {
      return MemoryFile.map(descriptor, arena);
    } catch (IOException e) {
      throw new HandleException(this + " cannot be mapped: " + e.getMessage());
    }
  }

  /** Closes the descriptor, once. A socket that another process has too stays connected. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (streams != null) {
        streams.close();
      } else if (listener != null) {
        listener.close();
      } else {
        Descriptors.close(descriptor);
      }
    }
    onClose.forEach(Runnable::run);
  }

  /**
   * Gives the descriptor to somebody else, who closes it; this handle counts as closed.
   *
   * @throws HandleException if it is closed, or was accepted on or read from here
   */
  public int release() {
    synchronized (this) {
      requireOpen();
      if (streams != null || listener != null) {
        throw new HandleException("this process reads from or accepts on " + this);
      }
      closed = true;
    }
    onClose.forEach(Runnable::run);
    return descriptor;
  }

  @Override
  public String toString() {
    return "handle " + descriptor + " (" + kind + ")";
  }

  private Optional<Handle> accepted(long deadlineNanos) throws InterruptedException {
    try {
      int fd = listener().accept(deadlineNanos);
      return fd == Listener.TIMED_OUT
          ? Optional.empty()
          : Optional.of(new Handle(fd, Kind.SOCKET, null));
    } catch (ClosedChannelException e) {
      throw new HandleException(this + " is closed", e);
    } catch (IOException e) {
      throw new HandleException(e.getMessage() + " on " + this, e);
    }
  }

  private synchronized Listener listener() {
    requireOpen();
    if (listener == null) {
      if (Sockets.isListening(descriptor) != 1) {
        throw new HandleException(this + " does not listen");
      }
      Descriptors.addNonBlocking(descriptor);
      listener = new Listener(Reactor.shared(), descriptor);
    }
    return listener;
  }

  private synchronized SocketStreams streams() {
    requireOpen();
    if (streams == null) {
      streams = SocketStreams.of(descriptor, toString());
    }
    return streams;
  }

  private void requireOpen() {
    if (closed) {
      throw new HandleException(this + " is closed");
    }
  }

  private static int made(String call, Object what, int descriptor) {
    if (descriptor < 0) {
      throw new HandleException("%s: %s: %s".formatted(call, Errno.describe(-descriptor), what));
    }
    return descriptor;
  }

  /** A deadline that is not 0, which would be none. */
  private static long deadline(Duration limit) {
    long nanos = limit.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE / 4 : limit.toNanos();
    long deadline = System.nanoTime() + Math.max(0, nanos);
    return deadline == 0 ? 1 : deadline;
  }
}
