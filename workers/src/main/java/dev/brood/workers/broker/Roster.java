package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.event.EventTeller;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part and has subscribed to what: children by their names, and subscribers of this
 * process. Tells who comes and goes. Thread-safe.
 */
final class Roster {
  private final Turnstile turnstile;
  private final PostOffice postOffice;
  private final EventTeller<PresenceEvent> presence;
  private final Map<String, Member> members = new TreeMap<>();
  private final Set<LocalSubscriber> locals = new LinkedHashSet<>();
  private final Subscriptions subscriptions = new Subscriptions();
  private boolean closed;

  Roster(Turnstile turnstile, DeadLetters deadLetters, EventTeller<PresenceEvent> presence) {
    this.turnstile = turnstile;
    this.postOffice = new PostOffice(turnstile, deadLetters, this::expel);
    this.presence = presence;
  }

  PostOffice postOffice() {
    return postOffice;
  }

  /**
   * Lets a child take part, and hears what it has said already.
   *
   * @throws IllegalStateException if the name is taken, the channel takes part in a broker already,
   *     or nobody can join any more
   */
  Member join(String name, Channel channel, Router router, BrokerOptions options) {
    Member member;
    turnstile.enter();
    try {
      checkOpen();
      if (members.containsKey(name)) {
        throw new IllegalStateException("\"" + name + "\" has joined already");
      }
      member = new Member(name, channel, router, this, options);
      tellPresence(new PresenceEvent.Joined(name));
      members.put(name, member);
    } finally {
      turnstile.leave();
    }
    member.start();
    return member;
  }

  /** False if nobody has that name. */
  boolean leave(String name) {
    turnstile.enter();
    try {
      Member member = members.get(name);
      if (member != null) {
        remove(member);
      }
      return member != null;
    } finally {
      turnstile.leave();
    }
  }

  /**
   * The channel of a member has ended: what waits there unsent is older than what waits here. Waits
   * for the member's sender, so not to be called inside the turnstile.
   */
  void ended(Member member) {
    member.awaitSender();
    turnstile.enter();
    try {
      member.takeUnsent().forEach(each -> postOffice.undelivered(each, member, Reason.LEFT));
      remove(member);
    } finally {
      turnstile.leave();
    }
  }

  /** Ends the subscription of a handler of this process. */
  void end(LocalSubscriber local) {
    turnstile.enter();
    try {
      remove(local);
    } finally {
      turnstile.leave();
    }
  }

  /** Everybody leaves, and nobody comes any more. */
  void close() {
    turnstile.enter();
    try {
      closed = true;
      postOffice.close();
      List.copyOf(members.values()).forEach(this::remove);
      List.copyOf(locals).forEach(this::remove);
    } finally {
      turnstile.leave();
    }
  }

  List<String> names() {
    turnstile.enter();
    try {
      return List.copyOf(members.keySet());
    } finally {
      turnstile.leave();
    }
  }

  @Nullable Member find(String name) {
    turnstile.enter();
    try {
      return members.get(name);
    } finally {
      turnstile.leave();
    }
  }

  /** All who are here; for the thread that is inside the turnstile. */
  Collection<Member> members() {
    return Collections.unmodifiableCollection(members.values());
  }

  /** Who gets a message; for the thread that is inside the turnstile. */
  Subscriptions.Matches match(String topic, String[] words) {
    return subscriptions.match(topic, words);
  }

  /** The codecs of those who may get a message. */
  Set<Codec> codecsOf(String topic, String[] words) {
    turnstile.enter();
    try {
      return subscriptions.match(topic, words).codecs();
    } finally {
      turnstile.leave();
    }
  }

  /** The codecs of all but one. */
  Set<Codec> codecsBut(@Nullable Member sender) {
    turnstile.enter();
    try {
      Set<Codec> codecs = new HashSet<>();
      for (Member member : members.values()) {
        if (member != sender) {
          codecs.add(member.codec());
        }
      }
      return codecs;
    } finally {
      turnstile.leave();
    }
  }

  void subscribe(Member member, TopicPattern pattern, @Nullable String group, int limit) {
    turnstile.enter();
    try {
      if (members.get(member.name()) != member || !subscriptions.add(pattern, group, member)) {
        return;
      }
      if (member.subscriptions(1) > limit) {
        unsubscribe(member, pattern, group);
        throw new BrokerException(
            Problem.FULL, "there are %,d subscriptions already".formatted(limit));
      }
    } finally {
      turnstile.leave();
    }
  }

  void unsubscribe(Member member, TopicPattern pattern, @Nullable String group) {
    turnstile.enter();
    try {
      if (subscriptions.remove(pattern, group, member)) {
        member.subscriptions(-1);
      }
    } finally {
      turnstile.leave();
    }
  }

  void subscribe(LocalSubscriber local, TopicPattern pattern, @Nullable String group) {
    turnstile.enter();
    try {
      checkOpen();
      locals.add(local);
      boolean unused = subscriptions.add(pattern, group, local);
      local.start();
    } finally {
      turnstile.leave();
    }
  }

  /** Tells a member who is here, and from now on who comes and goes. */
  void watchPresence(Member member) {
    turnstile.enter();
    try {
      member.watch();
      postOffice.tell(member, Envelope.presence(List.copyOf(members.keySet())));
    } finally {
      turnstile.leave();
    }
  }

  /** It is too far behind. */
  private void expel(Receiver receiver) {
    remove(receiver);
    if (receiver instanceof Member member) {
      // Not here: to end a channel takes its time, and everybody would wait.
      Thread.ofVirtual().name("brood-broker-close").start(member.channel()::close);
    }
  }

  private void remove(Receiver receiver) {
    boolean wasHere =
        switch (receiver) {
          case Member member -> members.remove(member.name(), member);
          case LocalSubscriber local -> locals.remove(local);
        };
    if (!wasHere) {
      return;
    }
    subscriptions.removeAll(receiver);
    List<Delivery> waiting = receiver.queue().close();
    receiver.left();
    waiting.forEach(each -> postOffice.undelivered(each, receiver, Reason.LEFT));
    if (receiver instanceof Member member) {
      member.failRequests();
      tellPresence(new PresenceEvent.Left(member.name()));
    }
  }

  private void tellPresence(PresenceEvent event) {
    presence.tell(event);
    Envelope envelope = Envelope.presence(event);
    for (Member member : members.values()) {
      if (member.isWatching()) {
        postOffice.tell(member, envelope);
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the broker is closed");
    }
  }
}
