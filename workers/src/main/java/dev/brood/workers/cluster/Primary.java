package dev.brood.workers.cluster;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.linux.Errno;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.ClusterLink;
import dev.brood.workers.cluster.Member.Offer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The primary's half of Node's cluster conversation: who asks for which socket, and which worker
 * gets which connection. Knows nothing of processes. Thread-safe; nothing here waits, except {@link
 * #awaitRoom} and {@link #pause}.
 */
final class Primary implements AutoCloseable {
  /** Room for answers to a worker besides what users may queue for it; then it is cut off. */
  static final long ANSWER_BYTES = 16L * 1024 * 1024;

  /** Told of what a worker says. Called on the worker's reading thread; must not wait. */
  interface Observer {
    void online();

    void listening(ListenAddress address);

    void listenFailed(ListenAddress address, int errno);

    /** The worker wants to leave by itself. */
    void leaving();
  }

  private final Policy policy;
  private final Function<ListenAddress, Optional<ListenAddress>> decision;
  private final int waitingLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, ListeningPoint> points = new HashMap<>();
  private int sequence;
  private int holds;
  private boolean closed;

  Primary(
      Policy policy, Function<ListenAddress, Optional<ListenAddress>> decision, int waitingLimit) {
    this.policy = policy;
    this.decision = decision;
    this.waitingLimit = waitingLimit;
  }

  /** Begins the conversation with a worker. */
  Member join(int id, Channel channel, Observer observer) {
    ClusterLink link = channel.clusterLink();
    Member member = new Member(id, link);
    ChannelOptions options = channel.options();
    long limit = options.queueLimitBytes() + options.messageLimitBytes() + ANSWER_BYTES;
    link.onMessage((message, handle) -> {
      if (handle != null) {
        handle.close(); // workers send none here
      }
      if (link.queuedBytes() > limit) {
        warn(member + " sends and does not read: its channel is closed", null);
        channel.close();
        return;
      }
      try {
        received(member, observer, message);
      } catch (RuntimeException e) {
        warn(member + ": a message failed: " + message, e);
      }
    });
    return member;
  }

  /** Gives a worker nothing more; it is not told. */
  void retire(Member member) {
    locked(() -> {
      member.leave();
      leaveAll(member);
    });
  }

  /** Asks a worker to serve what it has and go. */
  void disconnect(Member member) {
    locked(() -> {
      member.leave();
      leaveAll(member);
      member.tell(body("act", "disconnect"));
    });
  }

  /** The channel of a worker has ended: what it did not answer goes to others. */
  void gone(Member member) {
    locked(() -> {
      member.end();
      List<Offer> offers = new ArrayList<>(member.offers.values());
      member.offers.clear();
      for (ListeningPoint point : points.values()) {
        point.leave(member);
      }
      for (Offer offer : offers.reversed()) {
        offer.from().addAgain(offer.connection());
      }
      sweep();
    });
  }

  /** Keeps sockets open that no worker uses, because a replacement is on its way. */
  void hold() {
    locked(() -> holds++);
  }

  /** Ends one {@link #hold}. */
  void release() {
    locked(() -> {
      holds--;
      sweep();
    });
  }

  /** Closes all sockets, and connections that no worker has taken. Idempotent. */
  @Override
  public void close() {
    locked(() -> {
      closed = true;
      points.values().forEach(ListeningPoint::close);
      points.clear();
      changed.signalAll();
    });
  }

  /** Waits until the socket may accept one more. False when it is closed. */
  boolean awaitRoom(RoundRobin point) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!point.isClosed() && point.waitingCount() >= waitingLimit) {
        changed.await();
      }
      return !point.isClosed();
    } finally {
      lock.unlock();
    }
  }

  /** Waits that long, or until the socket is closed. */
  void pause(RoundRobin point, Duration length) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = length.toNanos();
      while (!point.isClosed() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A connection was accepted. */
  void accepted(RoundRobin point, Connection connection) {
    locked(() -> point.add(connection));
  }

  /** Whoever waits for room may look again. Within the lock. */
  void roomMade() {
    changed.signalAll();
  }

  /** The number of the next message, whoever it is for. Within the lock. */
  int nextSequence() {
    return sequence++;
  }

  /** Does something in a while, within the lock. */
  void later(Duration pause, Runnable action) {
    Thread.ofVirtual()
        .name("brood-cluster-rest")
        .start(() -> {
          long end = System.nanoTime() + pause.toNanos();
          for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          locked(action);
        });
  }

  private void received(Member member, Observer observer, Map<?, ?> message) {
    if (message.get("ack") instanceof Number ack && answered(member, ack.intValue(), message)) {
      return;
    }
    if (!(message.get("act") instanceof String act)) {
      return;
    }
    switch (act) {
      case "online" -> observer.online();
      case "listening" -> toldOf(message, observer::listening);
      case "queryServer" -> asked(member, observer, Query.of(message));
      case "close" -> locked(() -> closedBy(member, String.valueOf(message.get("key"))));
      case "exitedAfterDisconnect" -> {
        observer.leaving();
        locked(() -> {
          member.leave();
          leaveAll(member);
          member.tell(body("ack", message.get("seq")));
        });
      }
      default -> {} // Node ignores what it does not know, and newer workers rely on that
    }
  }

  private static void toldOf(Map<?, ?> message, Consumer<ListenAddress> observer) {
    ListenAddress address = Query.address(message);
    if (address != null) {
      observer.accept(address);
    }
  }

  private boolean answered(Member member, int number, Map<?, ?> message) {
    lock.lock();
    try {
      Offer offer = member.offers.remove(number);
      if (offer == null) {
        return false;
      }
      if (Boolean.TRUE.equals(message.get("accepted"))) {
        offer.connection().close();
        offer.from().accepted(member);
      } else {
        offer.from().refused(member);
        offer.from().addAgain(offer.connection());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void asked(Member member, Observer observer, Query query) {
    ListenAddress asked = query.address();
    Optional<ListenAddress> decided = asked == null ? Optional.empty() : decide(asked);
    Errno refusal = asked == null ? Errno.EINVAL : Errno.EACCES;
    lock.lock();
    try {
      if (!member.takesPart() || closed) {
        return; // one that is leaving gets no answer, as in Node
      }
      ListeningPoint point = points.get(query.key());
      int error = 0;
      if (point == null) {
        error = decided.map(address -> open(query, address)).orElse(Query.negative(refusal));
        point = points.get(query.key());
      }
      Map<String, @Nullable Object> reply = body("ack", query.sequence());
      reply.put("key", query.key());
      reply.put("data", point == null ? query.data() : point.data());
      if (point != null) {
        point.join(member, reply);
        return;
      }
      reply.put("errno", error);
      member.tell(reply);
      if (asked != null) {
        observer.listenFailed(asked, -error);
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<ListenAddress> decide(ListenAddress asked) {
    try {
      return decision.apply(asked);
    } catch (RuntimeException e) {
      warn("the decision about " + asked + " failed; refused", e);
      return Optional.empty();
    }
  }

  /** Opens a socket. 0, or a negative error number. */
  private int open(Query query, ListenAddress address) {
    int descriptor = Binding.open(address, query);
    if (descriptor < 0) {
      return descriptor;
    }
    if (policy == Policy.SHARED || Binding.isDatagram(descriptor)) {
      points.put(query.key(), new Shared(query, address, descriptor));
    } else {
      RoundRobin point = new RoundRobin(this, query, address, descriptor);
      points.put(query.key(), point);
      point.open();
    }
    return 0;
  }

  private void closedBy(Member member, String key) {
    ListeningPoint point = points.get(key);
    if (point != null) {
      point.leave(member);
      sweep();
    }
  }

  private void leaveAll(Member member) {
    points.values().forEach(point -> point.leave(member));
    sweep();
  }

  private void sweep() {
    if (holds > 0) {
      return;
    }
    points
        .values()
        .removeIf(point -> {
          boolean empty = point.isEmpty();
          if (empty) {
            point.close();
          }
          return empty;
        });
    changed.signalAll();
  }

  private Map<String, @Nullable Object> body(String field, @Nullable Object value) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put(field, value);
    body.put("seq", nextSequence());
    return body;
  }

  /** A worker's messages must not wait for a log that nobody takes. */
  private static void warn(String what, @Nullable RuntimeException reason) {
    BackgroundLog.log("dev.brood.workers", Level.WARNING, what, reason);
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
