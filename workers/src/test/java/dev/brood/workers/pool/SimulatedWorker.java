package dev.brood.workers.pool;

import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.workers.pool.CoreEvent.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A process that does not exist: what was sent to it waits in its socket, it begins and answers
 * calls, and it dies at any moment. What it has written is read before its end is, as on a real
 * channel.
 */
final class SimulatedWorker {
  private final SimulatedPool pool;
  final Member member;
  private final Deque<Call> unread = new ArrayDeque<>();
  private final List<Call> begun = new ArrayList<>();
  private final List<Answer> arrived = new ArrayList<>();
  private long arrivesNanos;
  private boolean stopped;
  private Call lastSent;
  boolean started;
  boolean ready;
  boolean alive;
  boolean over;
  private boolean diesAtStart;

  /** It has shut its end for reading, and lives on. */
  private boolean deaf;

  SimulatedWorker(SimulatedPool pool, Member member) {
    this.pool = pool;
    this.member = member;
  }

  void start() {
    pool.simulation.after(pool.time(1, 200), this::spawned);
  }

  private void spawned() {
    started = true;
    if (stopped) {
      alive = true;
      die(Signal.KILL, false);
    } else if (pool.chance(pool.startFailures)) {
      over = true;
      pool.post(
          new CoreEvent.Died(member, Death.notStarted("no " + member.id, "refused", pool.flip())));
    } else {
      alive = true;
      if (pool.chance(pool.startFailures)) {
        diesAtStart = pool.flip(); // or it never says that it is ready
        if (diesAtStart) {
          pool.simulation.after(pool.time(0, 50), () -> die(Signal.SEGV, true));
        }
      } else {
        ready = true;
        deaf = pool.crashes > 0 && pool.chance(3);
        pool.simulation.after(
            arrival(),
            () -> {
              pool.post(new CoreEvent.Ready(member));
            });
      }
    }
  }

  /** Whether it took the call; false if nobody is at the other end any more. */
  boolean send(Call call) {
    if (!alive || deaf) {
      return false;
    }
    unread.add(call);
    lastSent = call;
    pool.simulation.after(pool.time(0, 2), this::read);
    return true;
  }

  private void read() {
    while (alive && !unread.isEmpty() && begun.size() < pool.rules.concurrency()) {
      Call call = unread.poll();
      begun.add(call);
      pool.began(call, this);
      pool.simulation.after(pool.time(0, pool.slowest), () -> finish(call));
    }
  }

  private void finish(Call call) {
    if (!alive) {
      return;
    }
    if (pool.isPoison(call) || pool.chance(pool.crashes)) {
      die(pool.flip() ? Signal.SEGV : Signal.KILL, true);
      return;
    }
    begun.remove(call);
    PoolException failure =
        pool.chance(pool.errors) ? new CallFailedException("no", "no", null) : null;
    pool.simulation.after(
        arrival(), () -> arrived(new Answer(call, "answer to " + call.id, failure)));
    if (pool.chance(pool.crashes)) {
      die(Signal.SEGV, true); // after it has answered: with the answer on its way
    }
    read();
  }

  /** One read may bring several answers. */
  private void arrived(Answer answer) {
    arrived.add(answer);
    if (pool.flip()) {
      tellAnswers();
    } else {
      pool.simulation.after(pool.time(0, 1), this::tellAnswers);
    }
  }

  private void tellAnswers() {
    if (!arrived.isEmpty()) {
      List<Answer> answers = List.copyOf(arrived);
      arrived.clear();
      pool.post(new CoreEvent.Answered(member, answers));
    }
  }

  void stop(CoreEffect.Manner manner) {
    stopped = true;
    if (started) {
      Duration takes =
          switch (manner) {
            case GENTLY -> pool.time(0, 3_000);
            case FIRMLY -> pool.time(0, 1_000);
            case NOW -> pool.time(0, 10);
          };
      pool.simulation.after(takes, () -> die(Signal.TERM, false));
    }
  }

  /** It is gone at once; that becomes known when all that it has written was read. */
  void die(Signal signal, boolean foreign) {
    if (!alive) {
      return;
    }
    alive = false;
    boolean lastUnread = pool.knowsUnread && lastSent != null && unread.peekLast() == lastSent;
    pool.simulation.note("death of " + member);
    Death death =
        new Death(
            "worker " + member.id,
            Optional.of(new Exit.Signaled(signal, false)),
            "",
            "",
            foreign,
            false,
            lastUnread);
    pool.simulation.after(
        arrival(),
        () -> {
          tellAnswers();
          over = true;
          pool.post(new CoreEvent.Died(member, death));
        });
  }

  /** When what it writes now is read: never before what it wrote earlier. */
  private Duration arrival() {
    long now = pool.simulation.nanos();
    arrivesNanos = Math.max(arrivesNanos, now + pool.time(0, 3).toNanos());
    return Duration.ofNanos(arrivesNanos - now);
  }
}
