package dev.brood.workers.broker;

import dev.brood.workers.channel.BrokerLink;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.HandleException;
import dev.brood.workers.channel.MessageTooLargeException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A child that has joined: its queue, and the virtual thread that empties it into the channel, as
 * fast as the child takes it. Thread-safe.
 */
final class Member implements Receiver {
  // Above this much in the channel's own queue the rest stays here, where it can be dropped.
  private static final long MOST_IN_CHANNEL = 64 * 1024;
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Router router;
  private final String name;
  private final Channel channel;
  private final BrokerLink link;
  private final DeliveryQueue queue;
  private final Thread sender;
  private final Set<Integer> answering = ConcurrentHashMap.newKeySet();
  private final AtomicInteger asking = new AtomicInteger();
  private volatile boolean sending;
  private volatile boolean gone;
  private boolean watching;
  private int subscriptions;

  Member(Router router, String name, Channel channel, BrokerOptions options) {
    this.router = router;
    this.name = name;
    this.channel = channel;
    this.queue = new DeliveryQueue(options);
    this.sender = Thread.ofVirtual().name("brood-broker-" + name).unstarted(this::run);
    Incoming incoming = new Incoming(router, this, options);
    this.link = channel.brokerLink(Incoming.VERBS, incoming::arrived);
  }

  void start() {
    sender.start();
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

  /** The requests that it has been asked and not answered. */
  Set<Integer> answering() {
    return answering;
  }

  /** How many requests it has asked that are not answered. */
  AtomicInteger asking() {
    return asking;
  }

  /** Whether it is told who comes and goes; guarded by the router, as the next one. */
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
  public Optional<String> receiverName() {
    return Optional.of(name);
  }

  /** Nothing more is sent; the queue is closed already. */
  void left() {
    gone = true;
    link.close();
    sender.interrupt();
  }

  private void run() {
    try {
      for (Delivery next = queue.take(); next != null; next = queue.take()) {
        sending = true;
        send(next);
        sending = false;
      }
    } catch (InterruptedException e) {
      // It has left, and what was waiting is the router's.
    }
  }

  private void send(Delivery delivery) throws InterruptedException {
    boolean light = false;
    try {
      light = hand(delivery);
    } catch (ChannelClosedException e) {
      router.undelivered(delivery, this, DeadLetter.Reason.LEFT);
      return;
    } catch (MessageTooLargeException e) {
      router.undelivered(delivery, this, DeadLetter.Reason.TOO_LARGE);
      return;
    } catch (EncodingException | HandleException e) {
      router.undelivered(delivery, this, DeadLetter.Reason.NOT_SENDABLE);
      return;
    } catch (InterruptedException e) {
      router.undelivered(delivery, this, DeadLetter.Reason.LEFT);
      throw e;
    }
    if (delivery.handle() != null) {
      closeWhenArrived(delivery.handle());
    }
    if (!light) {
      awaitRoom();
    }
  }

  /** Hands it to the channel; false if that has much to do now. */
  private boolean hand(Delivery delivery) throws InterruptedException {
    while (true) {
      try {
        return delivery.handle() == null
            ? link.send(delivery.envelope().encoded(codec()))
            : channel.send(delivery.envelope().value(), delivery.handle());
      } catch (ChannelFullException e) {
        checkHere();
        boolean unused = channel.flush(LOOK); // it refuses to wait, and others send there too
        checkHere();
      }
    }
  }

  /** Until the other side has its own copy, the channel may need this one. */
  private void closeWhenArrived(Handle handle) throws InterruptedException {
    boolean arrived = false;
    try {
      while (!arrived && !gone && channel.isConnected()) {
        arrived = channel.flush(LOOK);
      }
    } finally {
      if (arrived) {
        handle.close();
      } else {
        channel.onDisconnect().thenRun(handle::close);
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
}
