package dev.brood.workers.broker;

import dev.brood.workers.channel.Codec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What goes over a channel, encoded once for all receivers with the same codec. Thread-safe. */
final class Envelope {
  private record Frame(Codec codec, byte[] bytes) {}

  private final Map<String, @Nullable Object> value;
  private final List<Frame> frames = new ArrayList<>(1);

  private Envelope(Map<String, @Nullable Object> value) {
    this.value = value;
  }

  /** What a receiver of a letter gets; not for requests and replies, which carry an id. */
  static Envelope message(Letter letter) {
    Map<String, @Nullable Object> value = verb("message");
    letter.topic().ifPresent(topic -> value.put("topic", topic));
    letter.from().ifPresent(from -> value.put("from", from));
    if (letter.kind() == Letter.Kind.BROADCAST) {
      value.put("broadcast", true);
    }
    value.put("body", letter.body());
    return new Envelope(value);
  }

  static Envelope request(Letter letter, int id) {
    Map<String, @Nullable Object> value = verb("request");
    value.put("id", id);
    letter.from().ifPresent(from -> value.put("from", from));
    value.put("body", letter.body());
    return new Envelope(value);
  }

  static Envelope reply(Object id, @Nullable Object body) {
    Map<String, @Nullable Object> value = verb("reply");
    value.put("id", id);
    value.put("body", body);
    return new Envelope(value);
  }

  static Envelope errorReply(Object id, String name, String message) {
    Map<String, @Nullable Object> value = verb("reply");
    value.put("id", id);
    value.put("error", error(name, message));
    return new Envelope(value);
  }

  static Envelope refused(String kind, String name, String message) {
    Map<String, @Nullable Object> value = verb("refused");
    value.put("kind", kind);
    value.put("error", error(name, message));
    return new Envelope(value);
  }

  static Envelope presence(List<String> names) {
    Map<String, @Nullable Object> value = verb("presence");
    value.put("names", names);
    return new Envelope(value);
  }

  static Envelope presence(PresenceEvent event) {
    Map<String, @Nullable Object> value =
        verb(
            switch (event) {
              case PresenceEvent.Joined joined -> "joined";
              case PresenceEvent.Left left -> "left";
            });
    value.put("name", event.name());
    return new Envelope(value);
  }

  Map<String, @Nullable Object> value() {
    return value;
  }

  /** A whole frame; throws as {@link Codec#encode}. */
  synchronized byte[] encoded(Codec codec) {
    for (Frame frame : frames) {
      if (frame.codec().equals(codec)) {
        return frame.bytes();
      }
    }
    byte[] bytes = codec.encode(value);
    frames.add(new Frame(codec, bytes));
    return bytes;
  }

  /** About how long it is on a channel; 0 if it was not encoded yet. */
  synchronized int length() {
    return frames.isEmpty() ? 0 : frames.getFirst().bytes().length;
  }

  private static Map<String, @Nullable Object> verb(String verb) {
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("brood", verb);
    return value;
  }

  private static Map<String, Object> error(String name, String message) {
    return Map.of("message", message, "name", name);
  }
}
