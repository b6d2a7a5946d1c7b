package dev.brood.workers.channel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the connections that came from a peer's servers, by the key of each: a Node parent asks
 * for it before its {@code server.getConnections()} answers and its server closes. A key without
 * connections is forgotten, so one that is not known has none: Node would not answer for a key that
 * never came, but does not ask for one either. Thread-safe.
 */
final class SocketAccounts {
  /** Sends an answer to the peer. */
  interface Answers {
    void send(String command, String key, int count);
  }

  private final Answers answers;
  private final Map<String, Integer> open = new HashMap<>();
  private final Set<String> closing = new HashSet<>();

  SocketAccounts(Answers answers) {
    this.answers = answers;
  }

  /** A connection came in. */
  synchronized void received(String key) {
    open.merge(key, 1, Integer::sum);
  }

  /** A connection that had come in was closed. */
  void closed(String key) {
    synchronized (this) {
      boolean wasLast = open.compute(key, SocketAccounts::oneLess) == null;
      if (!wasLast || !closing.remove(key)) {
        return;
      }
    }
    answers.send(Internal.ALL_CLOSED, key, 0);
  }

  /** The peer asks how many are open. */
  void count(String key) {
    int count;
    synchronized (this) {
      count = open.getOrDefault(key, 0);
    }
    answers.send(Internal.COUNT, key, count);
  }

  /** The peer wants to know when the last one is closed. */
  void notifyClosed(String key) {
    synchronized (this) {
      if (open.containsKey(key)) {
        closing.add(key);
        return;
      }
    }
    answers.send(Internal.ALL_CLOSED, key, 0);
  }

  private static @Nullable Integer oneLess(String key, @Nullable Integer count) {
    return count == null || count == 1 ? null : count - 1;
  }
}
