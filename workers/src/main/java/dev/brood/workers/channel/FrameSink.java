package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/** Where a {@link FrameDecoder} delivers. */
public interface FrameSink {
  /**
   * A whole message.
   *
   * @param bytes how long it was on the wire, framing included
   */
  void frame(@Nullable Object value, int bytes);

  /** Something that is no message; what follows it is read if the framing tells where that is. */
  void malformed(MalformedMessageException reason);
}
