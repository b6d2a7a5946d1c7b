package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.broker.DeadLetter.Reason;
import dev.brood.workers.channel.EncodingException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets what. All of a message's receivers get it at one turn, so that they see the
 * messages of a topic in one order. Thread-safe.
 */
final class Router {
  private final DeadLetters deadLetters;
  private final Turnstile turnstile;
  private final Roster roster;
  private final PostOffice postOffice;

  Router(DeadLetters deadLetters, Turnstile turnstile, Roster roster) {
    this.deadLetters = deadLetters;
    this.turnstile = turnstile;
    this.roster = roster;
    this.postOffice = roster.postOffice();
  }

  void publish(@Nullable Member sender, String topic, @Nullable Object body) {
    String[] words = TopicPattern.topic(topic);
    Letter letter = Letter.published(nameOf(sender), topic, body);
    Envelope envelope = Envelope.message(letter);
    PostOffice.encode(envelope, roster.codecsOf(topic, words), sender == null);
    Delivery delivery = Delivery.of(letter, envelope, null);
    turnstile.enter();
    try {
      Subscriptions.Matches matches = roster.match(topic, words);
      if (matches.isEmpty()) {
        deadLetters.add(delivery, null, Reason.NO_SUBSCRIBER);
      }
      matches.receivers().forEach(receiver -> postOffice.post(receiver, delivery));
      for (Subscriptions.Group group : matches.groups()) {
        Receiver chosen = group.choose(envelope.length(), null);
        if (chosen != null && matches.receivers().add(chosen)) {
          postOffice.post(chosen, delivery.inGroup(group, matches.receivers()));
        }
      }
    } finally {
      turnstile.leave();
    }
  }

  void broadcast(@Nullable Member sender, @Nullable Object body) {
    Letter letter = Letter.of(Letter.Kind.BROADCAST, nameOf(sender), null, body);
    Envelope envelope = Envelope.message(letter);
    PostOffice.encode(envelope, roster.codecsBut(sender), sender == null);
    turnstile.enter();
    try {
      for (Member member : roster.members()) {
        if (member != sender) {
          postOffice.post(member, Delivery.of(letter, envelope, null));
        }
      }
    } finally {
      turnstile.leave();
    }
  }

  /** False if nobody has that name. */
  boolean send(@Nullable Member sender, String to, @Nullable Object body, @Nullable Handle handle) {
    Letter letter = Letter.of(Letter.Kind.SENT, nameOf(sender), to, body);
    Envelope envelope = Envelope.message(letter);
    Delivery delivery = Delivery.of(letter, envelope, handle);
    Member member = roster.find(to);
    if (member == null) {
      unknown(delivery);
      return false;
    }
    try {
      PostOffice.encode(envelope, Set.of(member.codec()), sender == null);
    } catch (EncodingException e) {
      delivery.discard();
      throw e;
    }
    postOffice.post(member, delivery);
    return true;
  }

  /** Asks a member; the future fails with {@link BrokerException} or as a channel's request. */
  CompletableFuture<Message> request(
      @Nullable Member sender,
      String to,
      @Nullable Object body,
      @Nullable Handle handle,
      Duration limit) {
    Letter letter = Letter.of(Letter.Kind.REQUEST, nameOf(sender), to, body);
    Member member = roster.find(to);
    if (member == null) {
      unknown(Delivery.of(letter, Envelope.request(letter, 0), handle));
      return CompletableFuture.failedFuture(
          new BrokerException(Problem.UNKNOWN_NAME, "nobody here is called \"" + to + "\""));
    }
    int id = member.link().nextId();
    Envelope envelope = Envelope.request(letter, id);
    PostOffice.encode(envelope, Set.of(member.codec()), sender == null);
    CompletableFuture<Message> reply = member.answer(id, limit);
    postOffice.post(
        member,
        Delivery.of(letter, envelope, handle).orElse(reason -> member.failRequest(id, reason)));
    return reply;
  }

  private void unknown(Delivery delivery) {
    turnstile.enter();
    try {
      deadLetters.add(delivery, null, Reason.UNKNOWN_NAME);
    } finally {
      turnstile.leave();
    }
  }

  private static @Nullable String nameOf(@Nullable Member sender) {
    return sender == null ? null : sender.name();
  }
}
