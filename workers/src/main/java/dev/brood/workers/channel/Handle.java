package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A descriptor that travels with a message or has arrived with one. Thread-safe. */
public final class Handle implements AutoCloseable {
  /** What it is for; the names of Node where it has one. */
  public enum Kind {
    SERVER,
    SOCKET,
    NATIVE,
    DATAGRAM,
    DATAGRAM_NATIVE,
    FILE,
    PIPE,
    MEMORY
  }

  private final int descriptor;
  private final Kind kind;
  private final @Nullable String key;
  private final List<Runnable> onClose = new ArrayList<>();
  private boolean keepsOpen;
  private boolean closed;

  private Handle(int descriptor, Kind kind, @Nullable String key) {
    this.descriptor = descriptor;
    this.kind = kind;
    this.key = key;
  }

  /** Takes over a descriptor. */
  public static Handle of(int descriptor, Kind kind) {
    return new Handle(descriptor, kind, null);
  }

  static Handle received(int descriptor, Kind kind, @Nullable String key) {
    return new Handle(descriptor, kind, key);
  }

  public Kind kind() {
    return kind;
  }

  public int descriptor() {
    return descriptor;
  }

  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** Keeps the sender's copy of a connection open. */
  public synchronized Handle keepOpen() {
    keepsOpen = true;
    return this;
  }

  synchronized boolean keepsOpen() {
    return keepsOpen;
  }

  SocketAddress localAddress() {
    throw new UnsupportedOperationException();
  }

  void prepareToTravel(Codec codec) {
    Descriptors.setNonBlocking(descriptor);
  }

  synchronized void onClose(Runnable action) {
    onClose.add(action);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      Descriptors.close(descriptor);
    }
    onClose.forEach(Runnable::run);
  }
}
