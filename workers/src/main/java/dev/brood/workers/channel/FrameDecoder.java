package dev.brood.workers.channel;

/** Cuts what arrives into messages. Keeps what is incomplete between calls; not thread-safe. */
public interface FrameDecoder {
  /**
   * Takes what has arrived, cut anywhere, and delivers the messages that are complete. Never throws
   * for bad input: that goes to {@link FrameSink#malformed}.
   */
  void feed(byte[] bytes, int offset, int length, FrameSink sink);
}
