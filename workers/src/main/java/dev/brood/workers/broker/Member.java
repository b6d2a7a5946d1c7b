package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.BrokerLink;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.HandleException;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.MessageTooLargeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A child that has joined: its queue, and the virtual thread that empties it into the channel, as
 * fast as the child takes it. Thread-safe.
 */
final class Member implements Receiver {
  // Above this much in the channel's own queue the rest stays here, where it can be dropped.
  private static final long MOST_IN_CHANNEL = 64 * 1024;
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final String name;
  private final Channel channel;
  private final PostOffice postOffice;
  private final BrokerLink link;
  private final DeliveryQueue queue;
  private final Thread sender;
  private final Set<Integer> answering = ConcurrentHashMap.newKeySet();
  private final AtomicInteger asking = new AtomicInteger();
  private final Queue<Delivery> unsent = new ConcurrentLinkedQueue<>();
  private volatile boolean sending;
  private volatile boolean gone;
  private volatile boolean deaf;
  private boolean watching;
  private int subscriptions;

  /**
   * Claims the channel.
   *
   * @throws IllegalStateException if that takes part in a broker already
   */
  Member(String name, Channel channel, Router router, Roster roster, BrokerOptions options) {
    this.name = name;
    this.channel = channel;
    this.postOffice = roster.postOffice();
    this.queue = new DeliveryQueue(options);
    this.sender = Thread.ofVirtual().name("brood-broker-" + name).unstarted(this::run);
    Incoming incoming = new Incoming(this, router, roster, options);
    this.link = channel.brokerLink(Incoming.VERBS, incoming::arrived);
  }

  /** Begins to bring it what waits, and to hear what it says and has said. */
  void start() {
    sender.start();
    link.begin();
  }

  String name() {
    return name;
  }

  Channel channel() {
    return channel;
  }

  BrokerLink link() {
    return link;
  }

  Codec codec() {
    return channel.options().codec();
  }

  /** Waits for its answer to a request that is about to be put into its queue. */
  CompletableFuture<Message> answer(int id, Duration limit) {
    answering.add(id);
    return link.await(id, limit)
        .whenComplete((message, problem) -> answering.remove(id))
        .exceptionallyCompose(problem -> CompletableFuture.failedFuture(failure(problem)));
  }

  /** It will not answer what it has been asked: it has left. */
  void failRequests() {
    List.copyOf(answering).forEach(id -> failRequest(id, Reason.LEFT));
  }

  /** It will not answer a request, which could not be brought to it. */
  void failRequest(int id, Reason reason) {
    String who = "\"" + name + "\"";
    link.fail(
        id,
        switch (reason) {
          case LEFT, UNKNOWN_NAME, NO_SUBSCRIBER ->
              new BrokerException(Problem.LEFT, who + " left before it answered");
          case QUEUE_FULL -> new BrokerException(Problem.FULL, "the queue of " + who + " is full");
          case TOO_LARGE -> new BrokerException(Problem.BAD_MESSAGE, "too large for " + who);
          case NOT_SENDABLE ->
              new BrokerException(Problem.BAD_MESSAGE, who + " cannot be sent such a value");
        });
  }

  /** How many requests it has asked that are not answered. */
  AtomicInteger asking() {
    return asking;
  }

  /** Whether it is told who comes and goes; guarded by the turnstile, as the next two. */
  boolean isWatching() {
    return watching;
  }

  void watch() {
    watching = true;
  }

  /** How many subscriptions it has, after a change. */
  int subscriptions(int change) {
    subscriptions += change;
    return subscriptions;
  }

  @Override
  public DeliveryQueue queue() {
    return queue;
  }

  @Override
  public int load() {
    return queue.size() + answering.size() + (sending ? 1 : 0);
  }

  @Override
  public boolean isReachable() {
    return !deaf && !gone;
  }

  @Override
  public void left() {
    gone = true;
    link.close();
    sender.interrupt();
  }

  @Override
  public Optional<String> receiverName() {
    return Optional.of(name);
  }

  /** Nothing can be brought to it any more; guarded by the turnstile. */
  void becomeDeaf() {
    deaf = true;
  }

  /**
   * Waits until nothing is on its way to the channel, which has ended: so that what was last, and
   * failed, is dealt with before what is behind it. Not inside the turnstile.
   */
  void awaitSender() {
    boolean interrupted = false;
    sender.interrupt();
    while (sender.isAlive()) {
      try {
        sender.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What its channel had taken and not sent when it ended, the oldest first. */
  List<Delivery> takeUnsent() {
    List<Delivery> taken = new ArrayList<>();
    for (Delivery next = unsent.poll(); next != null; next = unsent.poll()) {
      taken.add(next);
    }
    return taken;
  }

  private void run() {
    try {
      for (Delivery next = queue.take(); next != null; next = queue.take()) {
        sending = true;
        send(next);
        sending = false;
      }
    } catch (InterruptedException e) {
      // It has left, and what was waiting has found another place.
    }
  }

  private void send(Delivery delivery) throws InterruptedException {
    boolean light;
    try {
      light = hand(delivery);
    } catch (ChannelClosedException e) {
      postOffice.deaf(this, delivery);
      return;
    } catch (MessageTooLargeException e) {
      postOffice.undelivered(delivery, this, Reason.TOO_LARGE);
      return;
    } catch (EncodingException | HandleException e) {
      postOffice.undelivered(delivery, this, Reason.NOT_SENDABLE);
      return;
    } catch (InterruptedException e) {
      postOffice.deaf(this, delivery);
      throw e;
    }
    if (!light) {
      awaitRoom();
    }
  }

  /** Hands it to the channel; false if that has much to do now. */
  private boolean hand(Delivery delivery) throws InterruptedException {
    Runnable ifUnsent = () -> unsent.add(delivery);
    while (true) {
      try {
        Handle handle = delivery.handle();
        if (handle == null) {
          return link.send(delivery.envelope().encoded(codec()), ifUnsent);
        }
        boolean light = link.send(delivery.envelope().value(), handle, ifUnsent);
        if (handle.kind() != Handle.Kind.SOCKET) { // which the channel closes when it has arrived
          handle.close();
        }
        return light;
      } catch (ChannelFullException e) {
        checkHere();
        boolean unused = channel.flush(LOOK); // it refuses to wait, and others send there too
        checkHere();
      }
    }
  }

  private void awaitRoom() throws InterruptedException {
    checkHere();
    while (channel.queuedBytes() > MOST_IN_CHANNEL && channel.isConnected()) {
      boolean unused = channel.flush(LOOK);
      checkHere();
    }
  }

  private void checkHere() throws InterruptedException {
    if (gone || Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** That its channel has ended is one way to leave. */
  private Throwable failure(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return cause instanceof ChannelClosedException
        ? new BrokerException(Problem.LEFT, "\"" + name + "\" left before it answered")
        : cause;
  }
}
