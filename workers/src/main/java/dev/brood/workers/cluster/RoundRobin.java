package dev.brood.workers.cluster;

import dev.brood.process.internal.io.Listener;
import dev.brood.process.internal.io.Reactor;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.HandleException;
import dev.brood.workers.cluster.Member.Offer;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket from which the primary accepts. Connections wait in order, free workers wait in order;
 * whenever there is one of each, they meet. A worker has one connection to answer at a time.
 */
final class RoundRobin extends ListeningPoint {
  /** A worker that refuses is asked again after this long, doubled with each refusal. */
  static final Duration FIRST_REST = Duration.ofMillis(4);

  static final Duration LONGEST_REST = Duration.ofMillis(128);

  private static final class Seat {
    boolean occupied;
    int refusals;
  }

  private final Primary primary;
  private final Listener listener;
  private final Map<String, @Nullable Object> socketName = new LinkedHashMap<>();
  private final Map<Member, Seat> seats = new LinkedHashMap<>();
  private final Deque<Member> free = new ArrayDeque<>();
  private final Deque<Connection> waiting = new ArrayDeque<>();
  private boolean closed;

  RoundRobin(Primary primary, Query first, ListenAddress bound, int descriptor) {
    super(first, bound);
    this.primary = primary;
    this.listener = new Listener(Reactor.shared(), descriptor);
    InetSocketAddress local = Binding.localAddress(descriptor);
    if (local != null) {
      boolean six = local.getAddress() instanceof Inet6Address;
      socketName.put("address", local.getAddress().getHostAddress());
      socketName.put("family", six ? "IPv6" : "IPv4");
      socketName.put("port", local.getPort());
    }
  }

  /** Begins to accept, on a virtual thread. */
  void open() {
    Thread.ofVirtual()
        .name("brood-cluster-accept-" + key())
        .start(new AcceptLoop(primary, this, listener));
  }

  @Override
  void join(Member member, Map<String, @Nullable Object> reply) {
    reply.put("errno", null);
    if (!socketName.isEmpty()) {
      reply.put("sockname", socketName);
    }
    member.tell(reply);
    Seat before = seats.putIfAbsent(member, new Seat());
    if (before == null) {
      free.add(member);
      distribute();
    }
  }

  @Override
  void leave(Member member) {
    seats.remove(member);
    free.remove(member);
  }

  @Override
  boolean isEmpty() {
    return seats.isEmpty();
  }

  @Override
  void close() {
    super.close();
    closed = true;
    listener.close();
    waiting.forEach(Connection::close);
    waiting.clear();
  }

  boolean isClosed() {
    return closed;
  }

  int waitingCount() {
    return waiting.size();
  }

  /** A new connection: behind the others. */
  void add(Connection connection) {
    if (closed) {
      connection.close();
      return;
    }
    waiting.addLast(connection);
    distribute();
  }

  /** A connection that nobody took: before the others. */
  void addAgain(Connection connection) {
    if (closed) {
      connection.close();
      return;
    }
    waiting.addFirst(connection);
    distribute();
  }

  /** A worker has taken a connection. */
  void accepted(Member member) {
    Seat seat = seats.get(member);
    if (seat != null) {
      seat.refusals = 0;
      vacate(member, seat);
    }
  }

  /** A worker does not want one: another may, and it itself after a rest. */
  void refused(Member member) {
    Seat seat = seats.get(member);
    if (seat != null) {
      rest(member, seat);
    }
  }

  private void vacate(Member member, Seat seat) {
    if (seat.occupied) {
      seat.occupied = false;
      free.addLast(member);
      distribute();
    }
  }

  private void rest(Member member, Seat seat) {
    Duration pause = FIRST_REST.multipliedBy(1L << Math.min(seat.refusals++, 5));
    primary.later(
        pause,
        () -> {
          if (seats.get(member) == seat) {
            vacate(member, seat);
          }
        });
  }

  private void distribute() {
    boolean taken = false;
    while (!free.isEmpty() && !waiting.isEmpty()) {
      taken = true;
      offer(free.removeFirst(), waiting.removeFirst());
    }
    if (taken) {
      primary.roomMade();
    }
  }

  private void offer(Member member, Connection connection) {
    Seat seat = seats.get(member);
    if (seat == null) {
      waiting.addFirst(connection);
      return;
    }
    seat.occupied = true;
    int sequence = primary.nextSequence();
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("act", "newconn");
    message.put("key", key());
    message.put("seq", sequence);
    try {
      member.offers.put(sequence, new Offer(this, connection));
      member.link.lend(message, connection.handle());
    } catch (ChannelClosedException e) {
      member.offers.remove(sequence); // its end will be told soon
      waiting.addFirst(connection);
    } catch (HandleException e) {
      member.offers.remove(sequence); // too many in flight, say
      waiting.addFirst(connection);
      rest(member, seat);
    }
  }
}
