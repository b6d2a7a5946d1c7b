package dev.brood.workers.channel;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who gets what has arrived: the inbox, or a handler of the user's on a virtual thread. */
final class Dispatch {
  /** How many requests are answered at once; further ones wait in the socket. */
  static final int MOST_REQUESTS = 1024;

  private final String name;
  private final long limitBytes;
  private final Inbox inbox;
  private final Map<String, Inbox> verbs = new ConcurrentHashMap<>();
  private final Semaphore requestTurns = new Semaphore(MOST_REQUESTS);
  private final AtomicLong malformedCount = new AtomicLong();
  private volatile @Nullable BrokerLink broker;
  private volatile @Nullable Runnable afterReplies;
  private volatile @Nullable Function<Message, @Nullable Object> requestHandler;
  private volatile @Nullable Consumer<MalformedMessageException> malformedHandler;
  private volatile boolean closed;
  private boolean handled;
  private boolean ended;

  Dispatch(String name, long limitBytes) {
    this.name = name;
    this.limitBytes = limitBytes;
    this.inbox = new Inbox(limitBytes);
  }

  /** Where messages wait for a receiver. */
  synchronized Inbox inbox() {
    if (handled) {
      throw new IllegalStateException(name + ": messages go to a handler, nobody can receive them");
    }
    return inbox;
  }

  synchronized void handleMessages(Consumer<Message> handler) {
    if (handled) {
      throw new IllegalStateException(name + ": there is a handler of messages already");
    }
    handled = true;
    consume(inbox, "messages", handler);
  }

  void handleVerb(String verb, Consumer<Message> handler) {
    handleVerbs(Map.of(verb, handler));
  }

  /** All of them, or none if one is taken. */
  synchronized void handleVerbs(Map<String, Consumer<Message>> handlers) {
    for (String verb : handlers.keySet()) {
      if (verbs.containsKey(verb)) {
        throw new IllegalStateException(name + ": there is a handler of \"" + verb + "\" already");
      }
    }
    handlers.forEach(this::beginVerb);
  }

  private void beginVerb(String verb, Consumer<Message> handler) {
    Inbox own = new Inbox(limitBytes);
    inbox.divert(
        message -> isOf(verb, message),
        waiting -> {
          waiting.forEach(entry -> own.add(entry.message(), entry.bytes()));
          verbs.put(verb, own);
        });
    if (ended) {
      own.end();
    }
    consume(own, verb, handler);
  }

  void handleRequests(Function<Message, @Nullable Object> handler) {
    List<Inbox.Entry> early = new ArrayList<>();
    inbox.divert(
        message -> message.isRequest() && !message.isForAnother(),
        waiting -> {
          requestHandler = handler;
          early.addAll(waiting);
        });
    early.forEach(entry -> start(handler, entry.message()));
  }

  /** What a broker takes goes there from now on; what came before is left to the caller. */
  List<Message> handleBroker(BrokerLink link) {
    List<Message> early = new ArrayList<>();
    inbox.divert(
        link::takes,
        waiting -> {
          broker = link.isClosed() ? broker : link;
          waiting.forEach(entry -> early.add(entry.message()));
        });
    return early;
  }

  void handleMalformed(Consumer<MalformedMessageException> handler) {
    malformedHandler = handler;
  }

  /** Waits until every receiver has less than the limit. */
  void awaitRoom() throws InterruptedException {
    inbox.awaitRoom();
    for (Inbox own : verbs.values()) {
      own.awaitRoom();
    }
  }

  /** Whether who receives has less than the limit. */
  boolean hasRoom() {
    return inbox.hasRoom();
  }

  /** Whoever waits to receive may read. */
  void turnIsFree() {
    inbox.turnIsFree();
  }

  /**
   * From now on messages are for nobody: see {@link CallLink}.
   *
   * @param after run when all replies are delivered that came with one read, by who has read them
   */
  void dropUnasked(Runnable after) {
    afterReplies = after;
  }

  /** What one read has brought is delivered. */
  void delivered() {
    Runnable after = afterReplies;
    if (after != null) {
      after.run();
    }
  }

  /** A message; {@code verb} if it has one. */
  void arrived(@Nullable String verb, Message message, int bytes) {
    if (afterReplies != null) {
      CallLink.drop(message);
      return;
    }
    if (verb == null) {
      inbox.add(message, bytes);
      return;
    }
    boolean placed = false;
    while (!placed) { // again if its handler comes or goes just now
      placed =
          hand(verb, message, bytes) || inbox.add(message, bytes, () -> isHandled(verb, message));
    }
  }

  /** Gives it to the handler that there is for it; false if there is none. */
  private boolean hand(String verb, Message message, int bytes) {
    BrokerLink link = broker;
    if (link != null && link.takes(message)) {
      link.arrived(message);
      return true;
    }
    if (message.isRequest()) {
      Function<Message, @Nullable Object> handler = requestHandler;
      if (handler == null || message.isForAnother()) {
        return false;
      }
      start(handler, message);
      return true;
    }
    Inbox own = verbs.get(verb);
    if (own != null) {
      own.add(message, bytes);
    }
    return own != null;
  }

  /** Whether {@link #hand} would find a handler. */
  private boolean isHandled(String verb, Message message) {
    BrokerLink link = broker;
    if (link != null && link.takes(message)) {
      return true;
    }
    return message.isRequest()
        ? requestHandler != null && !message.isForAnother()
        : verbs.containsKey(verb);
  }

  private void start(Function<Message, @Nullable Object> handler, Message message) {
    requestTurns.acquireUninterruptibly();
    if (closed) {
      requestTurns.release(); // for the next one that waits
      message.discard();
      return;
    }
    Thread.ofVirtual().name(name + "-request").start(() -> answer(handler, message));
  }

  void malformed(MalformedMessageException reason) {
    Consumer<MalformedMessageException> handler = malformedHandler;
    long count = malformedCount.incrementAndGet();
    if (handler != null) {
      guarded(() -> handler.accept(reason));
    } else if (Long.bitCount(count) == 1) { // the first, and then ever more rarely
      warn(
          "not a message (number %,d of this channel): %s".formatted(count, reason.getMessage()),
          null);
    }
  }

  /** Nothing more comes. */
  synchronized void end() {
    ended = true;
    inbox.end();
    verbs.values().forEach(Inbox::end);
  }

  /** Nobody wants what has come. */
  void close() {
    synchronized (this) {
      ended = true;
      inbox.close();
      verbs.values().forEach(Inbox::close);
    }
    if (!closed) {
      closed = true;
      requestTurns.release(); // whoever waits for a turn passes it on
    }
  }

  private static boolean isOf(String verb, Message message) {
    return !message.isRequest()
        && message.value() instanceof Map<?, ?> map
        && verb.equals(map.get("brood"));
  }

  private void answer(Function<Message, @Nullable Object> handler, Message message) {
    try {
      message.reply(handler.apply(message));
    } catch (RuntimeException | Error e) { // whatever a user's code throws: the peer waits
      refuse(message, e);
    } finally {
      requestTurns.release();
    }
  }

  private void refuse(Message message, Throwable reason) {
    try {
      message.replyError(String.valueOf(reason));
    } catch (IllegalStateException | WorkersException e) {
      if (!closed) {
        warn("a request could not be answered", reason);
      }
    }
  }

  private void consume(Inbox source, String what, Consumer<Message> handler) {
    Thread.ofVirtual()
        .name(name + "-" + what)
        .start(() -> {
          boolean done = false;
          try {
            takeAll(source, handler);
            done = true;
          } finally {
            if (!done) { // an error has ended this thread: what follows is for another one
              consume(source, what, handler);
            }
          }
        });
  }

  private void takeAll(Inbox source, Consumer<Message> handler) {
    try {
      for (Message next = source.take(); next != null; next = source.take()) {
        Message message = next;
        guarded(() -> handler.accept(message));
      }
    } catch (InterruptedException e) {
      source.close(); // nobody has this thread to interrupt it
    }
  }

  private void guarded(Runnable handler) {
    try {
      handler.run();
    } catch (RuntimeException e) {
      warn("a handler failed", e);
    }
  }

  /** Whoever reads must not wait for a log that nobody takes, nor fill the turns of requests. */
  private void warn(String what, @Nullable Throwable reason) {
    BackgroundLog.log("dev.brood.workers", Level.WARNING, name + ": " + what, reason);
  }
}
