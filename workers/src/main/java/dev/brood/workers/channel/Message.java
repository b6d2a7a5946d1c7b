package dev.brood.workers.channel;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A message that came in. Immutable but for its reply and its descriptor, thread-safe.
 *
 * <p>A descriptor that came along belongs to whoever receives the message, who closes it.
 */
public final class Message {
  private final Channel channel;
  private final @Nullable Object value;
  private final @Nullable Handle handle;
  private final @Nullable Map<?, ?> request;
  private final AtomicBoolean replied = new AtomicBoolean();

  private Message(
      Channel channel,
      @Nullable Object value,
      @Nullable Handle handle,
      @Nullable Map<?, ?> request) {
    this.channel = channel;
    this.value = value;
    this.handle = handle;
    this.request = request;
  }

  /** One that is delivered as it was sent. */
  static Message of(Channel channel, @Nullable Object value, @Nullable Handle handle) {
    return new Message(channel, value, handle, null);
  }

  /** A request, which is delivered as its body. */
  static Message request(Channel channel, Map<?, ?> request, @Nullable Handle handle) {
    return new Message(channel, request.get("body"), handle, request);
  }

  /** The channel that it came over. */
  public Channel channel() {
    return channel;
  }

  /** What was sent, see {@link Codec}; of a request or a reply its body. */
  public @Nullable Object value() {
    return value;
  }

  /**
   * What was sent, as a value of {@code type}: a record, say.
   *
   * @throws EncodingException if it does not fit
   */
  public <T> T as(Class<T> type) {
    try {
      return Mappers.JSON.convertValue(value, type);
    } catch (JacksonException e) {
      throw Mappers.unreadable(type, e);
    }
  }

  /** What was sent, as a Jackson tree. */
  public JsonNode tree() {
    return Mappers.JSON.valueToTree(value);
  }

  /** The text that was sent; empty if it was something else. */
  public Optional<String> text() {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** The value of one field, if an object with that field was sent and it is not null. */
  public Optional<Object> field(String name) {
    return value instanceof Map<?, ?> map ? Optional.ofNullable(map.get(name)) : Optional.empty();
  }

  /** The descriptor that came along. */
  public Optional<Handle> handle() {
    return Optional.ofNullable(handle);
  }

  /**
   * Who asks, if a broker has passed the request of another child on; its name there. It is what
   * the peer says: a parent must not believe it of a child.
   */
  public Optional<String> from() {
    return request != null && request.get("from") instanceof String name
        ? Optional.of(name)
        : Optional.empty();
  }

  /** Whether the peer waits for a {@link #reply}. */
  public boolean isRequest() {
    return request != null;
  }

  /**
   * Answers a request.
   *
   * @throws IllegalStateException if it is none, or was answered before
   * @throws ChannelClosedException if the peer is gone
   * @throws EncodingException if the body cannot be written; it is not answered then
   * @throws MessageTooLargeException if it is longer than the limit; it is not answered then
   */
  public void reply(@Nullable Object body) {
    Object id = takeReply();
    boolean sent = false;
    try {
      channel.sendReply(id, body);
      sent = true;
    } finally {
      if (!sent) {
        replied.set(false);
      }
    }
  }

  /** Answers a request with an error: the peer's request fails with that text. */
  public void replyError(String text) {
    channel.sendErrorReply(takeReply(), text);
  }

  private Object takeReply() {
    Object id = request == null ? null : request.get("id");
    if (id == null) {
      throw new IllegalStateException("this message is no request");
    }
    if (!replied.compareAndSet(false, true)) {
      throw new IllegalStateException("this request was answered before");
    }
    return id;
  }

  /** The whole of what was sent, of a request too. */
  @Nullable Object sent() {
    return request == null ? value : request;
  }

  /** Whether it is a request to another child by name, which a broker has to pass on. */
  boolean isForAnother() {
    return request != null && request.containsKey("to");
  }

  /** The same with {@link #sent} as its value. */
  Message asSent() {
    return of(channel, sent(), handle);
  }

  /** Nobody will receive it: lets go of the descriptor. */
  void discard() {
    if (handle != null) {
      handle.close();
    }
  }

  @Override
  public String toString() {
    // Of lists and maps only how many: one that contains itself has no text.
    String text =
        switch (value) {
          case null -> "null";
          case Map<?, ?> map -> "an object of " + map.size();
          case Collection<?> list -> "a list of " + list.size();
          case CharSequence _, Number _, Boolean _ -> String.valueOf(value);
          default -> value.getClass().getSimpleName();
        };
    return "Message[" + (text.length() <= 200 ? text : text.substring(0, 200) + "...") + "]";
  }
}
