package dev.brood.workers.broker;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Consumer;

/** A handler of this process with its queue and its virtual thread. Thread-safe. */
final class LocalSubscriber implements Receiver {
  private final Consumer<Letter> handler;
  private final DeliveryQueue queue;
  private final Runnable whenInterrupted;
  private volatile boolean handling;
  private volatile boolean open = true;

  LocalSubscriber(BrokerOptions options, Consumer<Letter> handler, Router router) {
    this.handler = handler;
    this.queue = new DeliveryQueue(options);
    this.whenInterrupted = () -> router.end(this);
  }

  @Override
  public DeliveryQueue queue() {
    return queue;
  }

  @Override
  public int load() {
    return queue.size() + (handling ? 1 : 0);
  }

  @Override
  public Optional<String> receiverName() {
    return Optional.empty();
  }

  boolean isOpen() {
    return open;
  }

  void start() {
    Thread.ofVirtual().name("brood-broker-subscription").start(this::run);
  }

  void left() {
    open = false;
  }

  private void run() {
    try {
      for (Delivery next = queue.take(); next != null; next = queue.take()) {
        handling = true;
        handle(next.letter());
        handling = false;
      }
    } catch (InterruptedException e) {
      whenInterrupted.run(); // only the handler itself can have caused it
    }
  }

  private void handle(Letter letter) {
    try {
      handler.accept(letter);
    } catch (RuntimeException e) {
      System.getLogger("dev.brood.workers").log(Level.WARNING, "a subscriber failed", e);
    }
  }
}
