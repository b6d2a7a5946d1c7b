package dev.brood.workers.broker;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the broker has sent a Java child, and the handlers that get it. Thread-safe. */
final class ClientInbox {
  static final Set<String> VERBS = Set.of("message", "presence", "joined", "left", "refused");
  static final int LIMIT = 1000;

  private static final long LOOK_MILLIS = 100;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final BlockingQueue<Optional<Message>> waiting;
  private @Nullable Consumer<Letter> letters;
  private @Nullable BiConsumer<Letter, Handle> handles;
  private @Nullable Consumer<PresenceEvent> presence;
  private @Nullable Consumer<BrokerException> refused;
  private boolean started;
  private volatile boolean caughtUp;
  private volatile boolean ended;

  ClientInbox() {
    this(new LinkedBlockingQueue<>(LIMIT));
  }

  ClientInbox(BlockingQueue<Optional<Message>> waiting) {
    this.waiting = waiting;
  }

  /**
   * Begins to call the handlers, which are not changed any more. What came before is added next,
   * then {@link #caughtUp}.
   */
  void start() {
    set(() -> started = true);
    begin();
  }

  private void begin() {
    Thread.ofVirtual().name("brood-broker-client").start(this::run);
  }

  void letterHandler(Consumer<Letter> handler) {
    set(() -> letters = handler);
  }

  void handleHandler(BiConsumer<Letter, Handle> handler) {
    set(() -> handles = handler);
  }

  void presenceHandler(Consumer<PresenceEvent> handler) {
    set(() -> presence = handler);
  }

  void refusedHandler(Consumer<BrokerException> handler) {
    set(() -> refused = handler);
  }

  synchronized boolean wantsPresence() {
    return presence != null;
  }

  private synchronized void set(Runnable setting) {
    if (started) {
      throw new IllegalStateException("this part in a broker was started already");
    }
    setting.run();
  }

  /**
   * Waits while there is no room: then nobody reads on, which holds the parent's writing.
   *
   * @param unwanted asked now and then meanwhile: whether it is for nobody any more
   */
  void add(Message message, BooleanSupplier unwanted) {
    try {
      while (!waiting.offer(Optional.of(message), LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (isOver() || unwanted.getAsBoolean()) {
          discard(message);
          return;
        }
      }
    } catch (InterruptedException e) {
      discard(message);
      Thread.currentThread().interrupt();
    }
    if (isOver()) {
      discardAll(); // the thread may be through already
      endIfOver(); // or wait for the end that was just taken out
    }
  }

  /** What came before the start has been added. */
  void caughtUp() {
    caughtUp = true;
    endIfOver();
  }

  /** Nothing more comes: what is here is still handled, and what came before a later start. */
  void end() {
    ended = true;
    endIfOver();
  }

  private boolean isOver() {
    return caughtUp && ended;
  }

  private void endIfOver() {
    if (isOver()) {
      boolean unused = waiting.offer(Optional.empty()); // if there is no room, nobody waits either
    }
  }

  private void run() {
    boolean done = false;
    try {
      for (Optional<Message> next = next(); next.isPresent(); next = next()) {
        handle(next.get());
      }
      done = true;
    } finally {
      if (!done) { // an error has ended this thread: what follows is for another one
        begin();
      }
    }
  }

  private Optional<Message> next() {
    while (true) {
      try {
        Optional<Message> next = isOver() ? waiting.poll() : waiting.take();
        return next == null ? Optional.empty() : next;
      } catch (InterruptedException e) {
        LOGGER.log(Level.DEBUG, "a handler has left an interrupt behind", e);
      }
    }
  }

  private void handle(Message message) {
    try {
      if (message.value() instanceof Map<?, ?> map) {
        handle(map, message);
      }
    } catch (RuntimeException e) {
      BackgroundLog.log(
          "dev.brood.workers", Level.WARNING, "a handler of the broker's messages failed", e);
    }
  }

  private void handle(Map<?, ?> map, Message message) {
    switch (String.valueOf(map.get("brood"))) {
      case "message" -> letter(map, message);
      case "joined" ->
          BrokerClient.text(map, "name").ifPresent(name -> tell(new PresenceEvent.Joined(name)));
      case "left" ->
          BrokerClient.text(map, "name").ifPresent(name -> tell(new PresenceEvent.Left(name)));
      case "presence" -> {
        if (map.get("names") instanceof List<?> names) {
          names.forEach(name -> tell(new PresenceEvent.Joined(String.valueOf(name))));
        }
      }
      default -> refused(map);
    }
  }

  private void letter(Map<?, ?> map, Message message) {
    Optional<String> topic = BrokerClient.text(map, "topic");
    Letter.Kind kind =
        topic.isPresent()
            ? Letter.Kind.PUBLISHED
            : Boolean.TRUE.equals(map.get("broadcast")) ? Letter.Kind.BROADCAST : Letter.Kind.SENT;
    Letter letter =
        new Letter(kind, BrokerClient.text(map, "from"), Optional.empty(), topic, map.get("body"));
    Handle handle = message.handle().orElse(null);
    BiConsumer<Letter, Handle> handleHandler = handles;
    if (handle != null && handleHandler != null) {
      handleHandler.accept(letter, handle);
      return;
    }
    discard(message);
    Consumer<Letter> handler = letters;
    if (handler != null) {
      handler.accept(letter);
    }
  }

  private void tell(PresenceEvent event) {
    Consumer<PresenceEvent> handler = presence;
    if (handler != null) {
      handler.accept(event);
    }
  }

  private void refused(Map<?, ?> map) {
    Map<?, ?> error = map.get("error") instanceof Map<?, ?> found ? found : Map.of();
    Consumer<BrokerException> handler = refused;
    String text = map.get("kind") + ": " + error.get("message");
    if (handler == null) {
      BackgroundLog.log("dev.brood.workers", Level.WARNING, "the broker refused " + text);
      return;
    }
    Problem problem = Problem.BAD_MESSAGE;
    for (Problem each : Problem.values()) {
      if (each.wireName().equals(error.get("name"))) {
        problem = each;
      }
    }
    handler.accept(new BrokerException(problem, text));
  }

  private void discardAll() {
    for (Optional<Message> next = waiting.poll(); next != null; next = waiting.poll()) {
      next.ifPresent(ClientInbox::discard);
    }
  }

  private static void discard(Message message) {
    message.handle().ifPresent(Handle::close);
  }
}
