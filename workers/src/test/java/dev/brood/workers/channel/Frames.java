package dev.brood.workers.channel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what a decoder delivers: values and errors, in order. */
final class Frames implements FrameSink {
  private final List<@Nullable Object> values = new ArrayList<>();
  private final List<MalformedMessageException> errors = new ArrayList<>();
  private long bytes;

  /** What {@code codec} makes of {@code stream}, fed at once. */
  static Frames of(Codec codec, byte[] stream) {
    Frames frames = new Frames();
    codec.decoder(64 << 20).feed(stream, 0, stream.length, frames);
    return frames;
  }

  /** The one value of {@code stream}. */
  static @Nullable Object only(Codec codec, byte[] stream) {
    Frames frames = of(codec, stream);
    if (!frames.errors.isEmpty()) {
      throw frames.errors.getFirst();
    }
    if (frames.values.size() != 1 || frames.bytes != stream.length) {
      throw new AssertionError(
          "%d values in %d of %d bytes"
              .formatted(frames.values.size(), frames.bytes, stream.length));
    }
    return frames.values.getFirst();
  }

  /** What becomes of {@code value} on its way. */
  static @Nullable Object roundTrip(Codec codec, @Nullable Object value) {
    return only(codec, codec.encode(value));
  }

  @Override
  public void frame(@Nullable Object value, int length) {
    values.add(value);
    bytes += length;
  }

  @Override
  public void malformed(MalformedMessageException reason) {
    errors.add(reason);
  }

  List<@Nullable Object> values() {
    return values;
  }

  List<MalformedMessageException> errors() {
    return errors;
  }
}
