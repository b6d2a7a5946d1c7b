package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** A frame on its way out, and how far it has come. Guarded by the outbox. */
final class Outgoing {
  final byte[] frame;
  final boolean answer;
  final @Nullable Handle handle;
  private final boolean give;
  int sent;
  int transmissions;
  @Nullable RuntimeException failure;

  private Outgoing(byte[] frame, @Nullable Handle handle, boolean answer, boolean give) {
    this.frame = frame;
    this.handle = handle;
    this.answer = answer;
    this.give = give;
  }

  static Outgoing message(byte[] frame, @Nullable Handle handle) {
    boolean give = handle != null && handle.kind() == Handle.Kind.SOCKET && !handle.keepsOpen();
    return new Outgoing(frame, handle, false, give);
  }

  /** A message of a cluster; {@code give} says whether our copy of the descriptor goes with it. */
  static Outgoing internal(byte[] frame, @Nullable Handle handle, boolean give) {
    return new Outgoing(frame, handle, false, give);
  }

  /** An answer of the protocol itself, which is never held back. */
  static Outgoing answer(byte[] frame) {
    return new Outgoing(frame, null, true, false);
  }

  int left() {
    return frame.length - sent;
  }

  /** The descriptor that has to ride on the next byte; negative if none. */
  int descriptor() {
    return handle == null || sent > 0 ? -1 : handle.descriptor();
  }

  /** Whether our copy goes with it: a connection belongs to one process at a time. */
  boolean givesAway() {
    return give;
  }

  /** Closes our copy if it goes with the message. */
  void release() {
    if (givesAway() && handle != null) {
      handle.close();
    }
  }
}
