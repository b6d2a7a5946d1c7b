package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who is here and who gets what. One lock for all of it, held only while queues are filled, so that
 * all receivers see the messages of a topic in one order. Thread-safe.
 */
final class Router {
  private final BrokerOptions options;
  private final DeadLetters deadLetters;
  private final Events<PresenceEvent> presence;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Member> members = new TreeMap<>();
  private final Set<LocalSubscriber> locals = new LinkedHashSet<>();
  private final Subscriptions subscriptions = new Subscriptions();
  private final Deque<Receiver> overflowing = new ArrayDeque<>();
  private volatile Set<Codec> codecs = Set.of();
  private boolean closed;

  Router(BrokerOptions options, DeadLetters deadLetters, Events<PresenceEvent> presence) {
    this.options = options;
    this.deadLetters = deadLetters;
    this.presence = presence;
  }

  Member join(String name, Channel channel) {
    lock.lock();
    try {
      checkOpen();
      if (members.containsKey(name)) {
        throw new IllegalStateException("\"" + name + "\" has joined already");
      }
      Member member = new Member(this, name, channel, options);
      tellPresence(new PresenceEvent.Joined(name));
      members.put(name, member);
      countCodecs();
      member.start();
      return member;
    } finally {
      unlock();
    }
  }

  boolean leave(String name) {
    lock.lock();
    try {
      Member member = members.get(name);
      if (member != null) {
        remove(member);
      }
      return member != null;
    } finally {
      unlock();
    }
  }

  /** The channel of a member has ended. */
  void ended(Member member) {
    lock.lock();
    try {
      remove(member);
    } finally {
      unlock();
    }
  }

  List<String> names() {
    lock.lock();
    try {
      return List.copyOf(members.keySet());
    } finally {
      lock.unlock();
    }
  }

  int waiting(String name) {
    Member member = member(name);
    return member == null ? 0 : member.queue().size();
  }

  void publish(@Nullable Member sender, String topic, @Nullable Object body) {
    String[] words = TopicPattern.topic(topic);
    Letter letter = Letter.published(nameOf(sender), topic, body);
    Envelope envelope = Envelope.message(letter);
    if (isForMember(topic, words)) {
      encode(envelope, codecs, sender == null);
    }
    Delivery delivery = Delivery.of(letter, envelope, 0);
    lock.lock();
    try {
      Subscriptions.Matches matches = subscriptions.match(topic, words);
      if (matches.isEmpty()) {
        deadLetters.add(delivery, null, Reason.NO_SUBSCRIBER);
      }
      matches.receivers().forEach(receiver -> post(receiver, delivery));
      for (Subscriptions.Group group : matches.groups()) {
        Receiver chosen = group.choose(envelope.length());
        if (chosen != null && matches.receivers().add(chosen)) {
          post(chosen, delivery.inGroup(group));
        }
      }
    } finally {
      unlock();
    }
  }

  void broadcast(@Nullable Member sender, @Nullable Object body) {
    Letter letter = Letter.of(Letter.Kind.BROADCAST, nameOf(sender), null, body);
    Envelope envelope = Envelope.message(letter);
    encode(envelope, codecs, sender == null);
    lock.lock();
    try {
      for (Member member : members.values()) {
        if (member != sender) {
          post(member, Delivery.of(letter, envelope, 0));
        }
      }
    } finally {
      unlock();
    }
  }

  /** False if nobody has that name. */
  boolean send(@Nullable Member sender, String to, @Nullable Object body, @Nullable Handle handle) {
    Letter letter = Letter.of(Letter.Kind.SENT, nameOf(sender), to, body);
    Envelope envelope = Envelope.message(letter);
    encode(envelope, codecs, sender == null);
    Delivery delivery = new Delivery(letter, envelope, handle, 0, null, null);
    lock.lock();
    try {
      Member member = members.get(to);
      if (member == null) {
        deadLetters.add(delivery, null, Reason.UNKNOWN_NAME);
        return false;
      }
      post(member, delivery);
      return true;
    } finally {
      unlock();
    }
  }

  /** Asks a member; the future fails with {@link BrokerException} or as a channel's request. */
  CompletableFuture<Message> request(
      @Nullable Member sender,
      String to,
      @Nullable Object body,
      @Nullable Handle handle,
      Duration limit) {
    Letter letter = Letter.of(Letter.Kind.REQUEST, nameOf(sender), to, body);
    Member member = member(to);
    int id = member == null ? 0 : member.link().nextId();
    Envelope envelope = Envelope.request(letter, id);
    if (member != null) {
      encode(envelope, Set.of(member.codec()), sender == null);
    }
    lock.lock();
    try {
      if (member == null || members.get(to) != member) {
        deadLetters.add(
            new Delivery(letter, envelope, handle, 0, null, null), null, Reason.UNKNOWN_NAME);
        return CompletableFuture.failedFuture(
            new BrokerException(Problem.UNKNOWN_NAME, "nobody here is called \"" + to + "\""));
      }
      member.answering().add(id);
      CompletableFuture<Message> reply =
          member
              .link()
              .await(id, limit)
              .whenComplete((message, problem) -> member.answering().remove(id));
      post(
          member,
          new Delivery(letter, envelope, handle, 0, null, reason -> fail(member, id, reason)));
      return reply;
    } finally {
      unlock();
    }
  }

  void subscribe(
      Member member, TopicPattern pattern, @Nullable String group, int subscriptionLimit) {
    lock.lock();
    try {
      if (members.get(member.name()) != member || !subscriptions.add(pattern, group, member)) {
        return;
      }
      if (member.subscriptions(1) > subscriptionLimit) {
        boolean unused = subscriptions.remove(pattern, group, member);
        member.subscriptions(-1);
        throw new BrokerException(
            Problem.FULL, "there are %,d subscriptions already".formatted(subscriptionLimit));
      }
    } finally {
      unlock();
    }
  }

  void unsubscribe(Member member, TopicPattern pattern, @Nullable String group) {
    lock.lock();
    try {
      if (subscriptions.remove(pattern, group, member)) {
        member.subscriptions(-1);
      }
    } finally {
      unlock();
    }
  }

  void subscribe(LocalSubscriber local, TopicPattern pattern, @Nullable String group) {
    lock.lock();
    try {
      checkOpen();
      locals.add(local);
      boolean unused = subscriptions.add(pattern, group, local);
      local.start();
    } finally {
      unlock();
    }
  }

  void end(LocalSubscriber local) {
    lock.lock();
    try {
      remove(local);
    } finally {
      unlock();
    }
  }

  void watchPresence(Member member) {
    lock.lock();
    try {
      member.watch();
      tell(member, Envelope.presence(List.copyOf(members.keySet())));
    } finally {
      unlock();
    }
  }

  /** Tells a member something of the broker's own. */
  void tell(Member member, Envelope envelope) {
    Letter letter = Letter.of(Letter.Kind.NOTICE, null, member.name(), envelope.value());
    post(member, letter, envelope, null);
  }

  /** Puts something into the queue of a member. */
  void post(Member member, Letter letter, Envelope envelope, @Nullable Handle handle) {
    encode(envelope, Set.of(member.codec()), false);
    lock.lock();
    try {
      post(member, new Delivery(letter, envelope, handle, 0, null, null));
    } finally {
      unlock();
    }
  }

  /** What a member's own thread could not send. */
  void undelivered(Delivery delivery, Receiver receiver, Reason reason) {
    lock.lock();
    try {
      if (reason != Reason.LEFT || !regroup(delivery, receiver)) {
        deadLetters.add(delivery, receiver, reason);
      }
    } finally {
      unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      List.copyOf(members.values()).forEach(this::remove);
      List.copyOf(locals).forEach(this::remove);
    } finally {
      unlock();
    }
  }

  private void post(Receiver receiver, Delivery delivery) {
    Delivery sized = delivery;
    if (receiver instanceof Member member) {
      int length;
      try {
        length = delivery.envelope().encoded(member.codec()).length;
      } catch (EncodingException e) {
        deadLetters.add(delivery, receiver, Reason.NOT_SENDABLE);
        return;
      }
      if (length > member.channel().options().messageLimitBytes()) {
        deadLetters.add(delivery, receiver, Reason.TOO_LARGE);
        return;
      }
      sized = delivery.sized(length);
    }
    DeliveryQueue.Added added = receiver.queue().add(sized);
    Reason reason = receiver.queue().isClosed() ? Reason.LEFT : Reason.QUEUE_FULL;
    added.dropped().forEach(each -> deadLetters.add(each, receiver, reason));
    if (added.overflow()) {
      overflowing.add(receiver);
    }
  }

  private void fail(Member member, int id, Reason reason) {
    String name = "\"" + member.name() + "\"";
    member
        .link()
        .fail(
            id,
            switch (reason) {
              case LEFT, UNKNOWN_NAME, NO_SUBSCRIBER ->
                  new BrokerException(Problem.LEFT, name + " left before it answered");
              case QUEUE_FULL ->
                  new BrokerException(Problem.FULL, "the queue of " + name + " is full");
              case TOO_LARGE -> new BrokerException(Problem.BAD_MESSAGE, "too large for " + name);
              case NOT_SENDABLE ->
                  new BrokerException(Problem.BAD_MESSAGE, name + " cannot be sent such a value");
            });
  }

  private void remove(Receiver receiver) {
    switch (receiver) {
      case Member member -> {
        if (!members.remove(member.name(), member)) {
          return;
        }
        countCodecs();
        member.left();
      }
      case LocalSubscriber local -> {
        if (!locals.remove(local)) {
          return;
        }
        local.left();
      }
    }
    subscriptions.removeAll(receiver);
    for (Delivery delivery : receiver.queue().close()) {
      if (!regroup(delivery, receiver)) {
        deadLetters.add(delivery, receiver, Reason.LEFT);
      }
    }
    if (receiver instanceof Member member) {
      for (int id : Set.copyOf(member.answering())) {
        fail(member, id, Reason.LEFT);
      }
      tellPresence(new PresenceEvent.Left(member.name()));
    }
  }

  /** Gives what one of a group did not get to another; false if there is none, or no group. */
  private boolean regroup(Delivery delivery, Receiver leaving) {
    Subscriptions.Group group = delivery.group();
    Receiver other = group == null || closed ? null : group.choose(delivery.bytes());
    if (other == null || other == leaving) {
      return false;
    }
    post(other, delivery);
    return true;
  }

  private void tellPresence(PresenceEvent event) {
    boolean unused = presence.add(event);
    Envelope envelope = Envelope.presence(event);
    for (Member member : members.values()) {
      if (member.isWatching()) {
        tell(member, envelope);
      }
    }
  }

  /** Ends what is done under the lock: whoever is too far behind leaves. */
  private void unlock() {
    try {
      if (lock.getHoldCount() == 1) {
        for (Receiver next = overflowing.poll(); next != null; next = overflowing.poll()) {
          remove(next);
          if (next instanceof Member member) {
            Thread.ofVirtual().name("brood-broker-close").start(member.channel()::close);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Member member(String name) {
    lock.lock();
    try {
      return members.get(name);
    } finally {
      lock.unlock();
    }
  }

  private boolean isForMember(String topic, String[] words) {
    lock.lock();
    try {
      return subscriptions.match(topic, words).hasMember();
    } finally {
      lock.unlock();
    }
  }

  /** Encodes before the lock is taken, so that nobody waits for it. */
  private static void encode(Envelope envelope, Set<Codec> codecs, boolean ours) {
    for (Codec codec : codecs) {
      try {
        byte[] unused = envelope.encoded(codec);
      } catch (EncodingException e) {
        if (ours) {
          throw e;
        }
        // A child's: a dead letter for each receiver with this codec.
      }
    }
  }

  private void countCodecs() {
    Set<Codec> inUse = new HashSet<>();
    members.values().forEach(member -> inUse.add(member.codec()));
    codecs = Set.copyOf(inUse);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the broker is closed");
    }
  }

  private static @Nullable String nameOf(@Nullable Member sender) {
    return sender == null ? null : sender.name();
  }
}
