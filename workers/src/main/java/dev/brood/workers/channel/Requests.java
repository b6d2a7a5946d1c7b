package dev.brood.workers.channel;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Requests of ours that wait for their reply. Thread-safe. */
final class Requests {
  private final String name;
  private final Map<Integer, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
  private final AtomicInteger last = new AtomicInteger();
  private volatile @Nullable String over;

  Requests(String name) {
    this.name = name;
  }

  /** A number for the next request. */
  int next() {
    return last.updateAndGet(id -> id == Integer.MAX_VALUE ? 1 : id + 1);
  }

  /** Waits for the reply to a request that is about to be sent, for as long as it takes. */
  CompletableFuture<Message> await(int id) {
    CompletableFuture<Message> reply = new CompletableFuture<>();
    pending.put(id, reply);
    CompletableFuture<Message> result =
        reply.whenComplete((message, problem) -> pending.remove(id));
    String reason = over;
    if (reason != null) {
      fail(id, new ChannelClosedException(name + ": " + reason));
    }
    return result;
  }

  /** As {@link #await(int)}, but no longer than that. */
  CompletableFuture<Message> await(int id, Duration limit) {
    CompletableFuture<Message> reply = await(id); // before its time can be up
    Timer timer =
        Reactor.shared()
            .after(
                NANOSECONDS.convert(limit),
                () -> Thread.startVirtualThread(() -> expire(id, limit)));
    return reply.whenComplete((message, problem) -> timer.cancel());
  }

  /** Whether somebody waits for a reply. */
  boolean arePending() {
    return !pending.isEmpty();
  }

  /** Nobody waits for that reply any more. */
  void forget(int id) {
    pending.remove(id);
  }

  /** A reply came; false if nobody waits for it (any more). */
  boolean reply(Object id, Message message) {
    CompletableFuture<Message> waiting =
        id instanceof Number number ? pending.get(number.intValue()) : null;
    return waiting != null && waiting.complete(message);
  }

  /** The peer answered with an error; false if nobody waits for it (any more). */
  boolean failed(Object id, String text, @Nullable String errorName) {
    return id instanceof Number number
        && fail(
            number.intValue(),
            new RequestFailedException(name + ": the peer says: " + text, text, errorName));
  }

  /** The request was not sent. */
  boolean fail(int id, WorkersException reason) {
    CompletableFuture<Message> waiting = pending.get(id);
    return waiting != null && waiting.completeExceptionally(reason);
  }

  /** No reply will come any more. */
  void end(String reason) {
    over = reason;
    for (int id : pending.keySet()) {
      fail(id, new ChannelClosedException(name + ": no reply: " + reason));
    }
  }

  /** Time is up; a reply that has come stands. */
  void expire(int id, Duration limit) {
    fail(
        id,
        new RequestTimeoutException("%s: no reply within %d ms".formatted(name, limit.toMillis())));
  }
}
