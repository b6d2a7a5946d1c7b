package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A frame on its way out, and how far it has come. Guarded by the outbox. */
final class Outgoing {
  byte[] frame;
  final int length;
  final boolean answer;
  final @Nullable Handle handle;
  private final boolean give;
  int sent;
  int transmissions;

  /** When the kernel was given something of it last, counted in frames; 0 if never. */
  long turn;

  /** Whether the sender has been told that it goes: what fails from then on is ours to clear. */
  boolean accepted;

  private int copy = -1;
  @Nullable RuntimeException failure;
  private @Nullable Runnable ifUnsent;

  /** Whether the array is the sender's, who uses it again. */
  private boolean lent;

  private Outgoing(
      byte[] frame, int length, @Nullable Handle handle, boolean answer, boolean give) {
    this.frame = frame;
    this.length = length;
    this.handle = handle;
    this.answer = answer;
    this.give = give;
  }

  /** A message in a buffer that is the sender's again when the outbox has taken it. */
  static Outgoing lent(FrameBuffer frame) {
    Outgoing message = new Outgoing(frame.array(), frame.size(), null, false, false);
    message.lent = true;
    return message;
  }

  static Outgoing message(byte[] frame, @Nullable Handle handle) {
    boolean give = handle != null && handle.kind() == Handle.Kind.SOCKET && !handle.keepsOpen();
    return new Outgoing(frame, frame.length, handle, false, give);
  }

  /** A message of a cluster; {@code give} says whether our copy of the descriptor goes with it. */
  static Outgoing internal(byte[] frame, @Nullable Handle handle, boolean give) {
    return new Outgoing(frame, frame.length, handle, false, give);
  }

  /** An answer of the protocol itself, which is never held back. */
  static Outgoing answer(byte[] frame) {
    return new Outgoing(frame, frame.length, null, true, false);
  }

  /** With something to do if it was accepted and the peer can never have all of it. */
  Outgoing orElse(@Nullable Runnable action) {
    ifUnsent = action;
    return this;
  }

  /** Has to wait, and the buffer is about to be used again. */
  void keepBytes() {
    if (lent && left() > 0) {
      frame = Arrays.copyOf(frame, length);
      lent = false;
    }
  }

  int left() {
    return length - sent;
  }

  /** The descriptor that has to ride on the next byte; negative if none. */
  int descriptor() {
    if (handle == null || sent > 0) {
      return -1;
    }
    return copy >= 0 ? copy : handle.descriptor();
  }

  /** Whether the descriptor was closed meanwhile; its number may be another's by now. */
  boolean descriptorIsGone() {
    return handle != null && copy < 0 && handle.isClosed();
  }

  /**
   * Has to wait: the sender may close its handle now, so we keep a descriptor of our own. Where
   * there is none left, a handle that is closed too early is not sent.
   */
  void keepDescriptor() {
    if (handle != null && sent == 0 && copy < 0) {
      copy = Descriptors.duplicate(handle.descriptor(), 0);
    }
  }

  /** Whether our copy goes with it: a connection belongs to one process at a time. */
  boolean givesAway() {
    return give;
  }

  /** It is over: closes our copy, and the handle if that goes with the message. */
  void release() {
    if (copy >= 0) {
      Descriptors.close(copy);
      copy = -1;
    }
    if (givesAway() && handle != null) {
      handle.close();
    }
  }

  /** It is over before all of it was sent. */
  void drop() {
    release();
    Runnable action = ifUnsent;
    if (action != null) {
      ifUnsent = null;
      action.run();
    }
  }
}
