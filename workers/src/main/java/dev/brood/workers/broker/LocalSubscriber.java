package dev.brood.workers.broker;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Consumer;

/** A handler of this process with its queue and its virtual thread. Thread-safe. */
final class LocalSubscriber implements Receiver {
  private final Consumer<Letter> handler;
  private final DeliveryQueue queue;
  private final Consumer<LocalSubscriber> whenEnded;
  private volatile boolean handling;
  private volatile boolean open = true;

  /**
   * Makes one that is not started.
   *
   * @param whenEnded told when the handler is not called any more, whatever ended it
   */
  LocalSubscriber(
      BrokerOptions options, Consumer<Letter> handler, Consumer<LocalSubscriber> whenEnded) {
    this.handler = handler;
    this.queue = new DeliveryQueue(options);
    this.whenEnded = whenEnded;
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
  public boolean isReachable() {
    return open;
  }

  @Override
  public void left() {
    open = false;
  }

  @Override
  public Optional<String> receiverName() {
    return Optional.empty();
  }

  void start() {
    Thread.ofVirtual().name("brood-broker-subscription").start(this::run);
  }

  private void run() {
    try {
      for (Delivery next = queue.take(); next != null; next = queue.take()) {
        handling = true;
        handle(next.letter());
        handling = false;
      }
    } catch (InterruptedException e) {
      // Only the handler itself can have caused it: that ends the subscription, as an error does.
    } finally {
      whenEnded.accept(this);
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
