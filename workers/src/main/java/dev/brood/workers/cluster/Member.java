package dev.brood.workers.cluster;

import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ClusterLink;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A worker as the primary sees it: a link, and what it has not answered yet. Guarded by it. */
final class Member {
  /** A connection that a worker was offered; its answer is missing. */
  record Offer(RoundRobin from, Connection connection) {}

  final int id;
  final ClusterLink link;
  final Map<Integer, Offer> offers = new HashMap<>();
  private boolean leaving;
  private boolean gone;

  Member(int id, ClusterLink link) {
    this.id = id;
    this.link = link;
  }

  /** Whether it may have listening sockets. */
  boolean takesPart() {
    return !leaving && !gone;
  }

  boolean isGone() {
    return gone;
  }

  void leave() {
    leaving = true;
  }

  void end() {
    gone = true;
  }

  /** Sends, if somebody is there. */
  void tell(Map<String, @Nullable Object> body) {
    if (gone) {
      return;
    }
    try {
      link.send(body);
    } catch (ChannelClosedException e) {
      System.getLogger("dev.brood.workers")
          .log(Level.DEBUG, "worker {0} is gone: {1}", id, e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "worker " + id;
  }
}
