package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.JsMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What has come in over a channel, and what it is: a message, a request, a reply, the word that the
 * peer is ready, or an internal message. Thread-safe, but only one thread at a time adds.
 */
final class Arrivals {
  private final Channel channel;
  private final Requests requests;
  private final Dispatch dispatch;
  private final InternalMessages internalMessages = new InternalMessages();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final AtomicLong count = new AtomicLong();

  Arrivals(Channel channel, Requests requests, Dispatch dispatch) {
    this.channel = channel;
    this.requests = requests;
    this.dispatch = dispatch;
  }

  /** An ordinary message, a request or a reply. */
  void add(@Nullable Object value, @Nullable Handle handle, int bytes) {
    count.setRelease(count.getPlain() + 1); // only the reading thread counts
    if (value instanceof Map<?, ?> map
        && !(map instanceof JsMap) // its entries are no properties
        && map.get("brood") instanceof String verb) {
      Object id = map.get("id");
      if (verb.equals("reply") && id != null) {
        replied(map, id, handle);
        return;
      }
      if (verb.equals("ready")) {
        ready.complete(null);
      }
      Message message =
          verb.equals("request") && id != null
              ? Message.request(channel, map, handle)
              : Message.of(channel, value, handle);
      dispatch.arrived(verb, message, bytes);
      return;
    }
    if ("ready".equals(value)) {
      ready.complete(null);
    }
    dispatch.arrived(null, Message.of(channel, value, handle), bytes);
  }

  /** How many were added. */
  long count() {
    return count.get();
  }

  void addInternal(Map<?, ?> message, @Nullable Handle handle) {
    internalMessages.arrived(message, handle);
  }

  /** False if there is a handler already. */
  boolean handleInternal(InternalHandler handler) {
    return internalMessages.handle(handler);
  }

  void addMalformed(MalformedMessageException reason) {
    dispatch.malformed(reason);
  }

  /** Completed when the peer has said that it is ready. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Nothing more comes. */
  void end() {
    dispatch.end();
    ready.completeExceptionally(
        new ChannelClosedException(channel + ": the channel has ended before ready was said"));
  }

  /** Nobody wants what has come. */
  void close() {
    dispatch.close();
    internalMessages.close();
  }

  private void replied(Map<?, ?> map, Object id, @Nullable Handle handle) {
    Message message = Message.of(channel, map.get("body"), handle);
    boolean awaited =
        map.containsKey("error")
            ? requests.failed(id, errorText(map.get("error")), errorName(map.get("error")))
            : requests.reply(id, message);
    if (!awaited || map.containsKey("error")) {
      message.discard();
    }
  }

  private static String errorText(@Nullable Object error) {
    return error instanceof Map<?, ?> map && map.get("message") != null
        ? String.valueOf(map.get("message"))
        : String.valueOf(error);
  }

  private static @Nullable String errorName(@Nullable Object error) {
    return error instanceof Map<?, ?> map && map.get("name") instanceof String text ? text : null;
  }
}
