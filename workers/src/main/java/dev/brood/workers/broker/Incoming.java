package dev.brood.workers.broker;

import dev.brood.workers.broker.BrokerException.Problem;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.RequestTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What a child tells the broker, by {@code sdk/PROTOCOL.md}. On the thread that reads the child's
 * channel, or lets it join: nothing here waits.
 */
final class Incoming {
  static final Set<String> VERBS =
      Set.of("publish", "subscribe", "unsubscribe", "send", "broadcast", "presence", "request");

  private final Member member;
  private final Router router;
  private final Roster roster;
  private final PostOffice postOffice;
  private final BrokerOptions options;

  Incoming(Member member, Router router, Roster roster, BrokerOptions options) {
    this.member = member;
    this.router = router;
    this.roster = roster;
    this.postOffice = roster.postOffice();
    this.options = options;
  }

  void arrived(Message message) {
    Map<?, ?> map = (Map<?, ?>) message.value();
    if (map == null) {
      return;
    }
    String verb = String.valueOf(map.get("brood"));
    Handle handle = message.handle().orElse(null);
    try {
      if (verb.equals("request")) {
        request(map, handle);
      } else {
        take(verb, map, handle);
      }
    } catch (BrokerException e) {
      if (handle != null) {
        handle.close();
      }
      postOffice.tell(
          member, Envelope.refused(verb, e.problem().wireName(), String.valueOf(e.getMessage())));
    }
  }

  private void take(String verb, Map<?, ?> map, @Nullable Handle handle) {
    if (handle != null && !verb.equals("send")) {
      throw new BrokerException(
          Problem.BAD_MESSAGE, "a descriptor can go to one receiver by name only");
    }
    switch (verb) {
      case "publish" -> router.publish(member, text(map, "topic"), map.get("body"));
      case "subscribe" ->
          roster.subscribe(
              member,
              TopicPattern.of(text(map, "pattern")),
              group(map),
              options.subscriptionLimit());
      case "unsubscribe" ->
          roster.unsubscribe(member, TopicPattern.of(text(map, "pattern")), group(map));
      case "send" -> {
        boolean unused = router.send(member, text(map, "to"), map.get("body"), handle);
      }
      case "broadcast" -> router.broadcast(member, map.get("body"));
      case "presence" -> roster.watchPresence(member);
      default -> throw new BrokerException(Problem.BAD_MESSAGE, "unknown: " + verb);
    }
  }

  private void request(Map<?, ?> map, @Nullable Handle handle) {
    Object id = map.get("id");
    if (id == null) {
      return; // not a broker's, see BrokerLink
    }
    try {
      String to = text(map, "to");
      Duration limit = limit(map.get("limit"));
      if (member.asking().incrementAndGet() > options.requestLimit()) {
        member.asking().decrementAndGet();
        throw new BrokerException(
            Problem.FULL, "%,d requests wait already".formatted(options.requestLimit()));
      }
      router
          .request(member, to, map.get("body"), handle, limit)
          .whenComplete((reply, problem) -> {
            member.asking().decrementAndGet();
            answer(id, reply, problem);
          });
    } catch (BrokerException e) {
      if (handle != null) {
        handle.close();
      }
      fail(id, e.problem().wireName(), String.valueOf(e.getMessage()));
    }
  }

  private void answer(Object id, @Nullable Message reply, @Nullable Throwable problem) {
    if (reply != null) {
      Letter letter = Letter.of(Letter.Kind.REPLY, null, member.name(), reply.value());
      postOffice.post(
          member, letter, Envelope.reply(id, reply.value()), reply.handle().orElse(null));
      return;
    }
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    String text = cause == null ? "no reply" : String.valueOf(cause.getMessage());
    switch (cause) {
      case BrokerException e -> fail(id, e.problem().wireName(), text);
      case RequestTimeoutException e -> fail(id, Problem.TIMEOUT.wireName(), text);
      case RequestFailedException e -> fail(id, e.errorName().orElse("Error"), e.peerMessage());
      case null, default -> fail(id, "Error", text);
    }
  }

  private void fail(Object id, String name, String text) {
    Envelope envelope = Envelope.errorReply(id, name, text);
    Letter letter =
        Letter.of(Letter.Kind.REPLY, null, member.name(), envelope.value().get("error"));
    postOffice.post(member, letter, envelope, null);
  }

  private Duration limit(@Nullable Object millis) {
    if (millis == null) {
      return options.requestTime();
    }
    if (!(millis instanceof Number number) || !(number.doubleValue() > 0)) {
      throw new BrokerException(Problem.BAD_MESSAGE, "a limit is a number of milliseconds");
    }
    Duration asked = Duration.ofMillis(Math.max(1, (long) number.doubleValue()));
    return asked.compareTo(options.requestTime()) < 0 ? asked : options.requestTime();
  }

  private static String text(Map<?, ?> map, String key) {
    if (map.get(key) instanceof String text) {
      return text;
    }
    throw new BrokerException(Problem.BAD_MESSAGE, "\"" + key + "\" is missing, or no string");
  }

  private static @Nullable String group(Map<?, ?> map) {
    Object group = map.get("group");
    if (group == null) {
      return null;
    }
    if (group instanceof String text && TopicPattern.isName(text)) {
      return text;
    }
    throw new BrokerException(Problem.BAD_MESSAGE, "\"group\" is no name");
  }
}
