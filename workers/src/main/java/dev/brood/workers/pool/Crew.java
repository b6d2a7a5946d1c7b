package dev.brood.workers.pool;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.workers.pool.CoreEffect.Manner;
import dev.brood.workers.pool.Member.State;
import dev.brood.workers.pool.PoolEvent.Retirement;
import dev.brood.workers.watch.Admission;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool: when one is started, replaced, retired and stopped. Part of {@link
 * PoolCore}: pure, and told the time.
 */
final class Crew {
  private final PoolRules rules;
  private final WaitingCalls waiting;
  private final Admission admission;
  private final String kind;
  private final List<CoreEffect> effects;
  private final Set<Member> members = new LinkedHashSet<>();
  private int lastId;
  private int failures;
  private long startNotBefore = Long.MIN_VALUE;
  private long growNotBefore = Long.MIN_VALUE;
  private @Nullable Death lastFailure;
  private boolean paused;
  private boolean closed;

  Crew(
      PoolRules rules,
      WaitingCalls waiting,
      Admission admission,
      String kind,
      List<CoreEffect> effects) {
    this.rules = rules;
    this.waiting = waiting;
    this.admission = admission;
    this.kind = kind;
    this.effects = effects;
  }

  /** All that have not ended, in the order of their starts. */
  Collection<Member> members() {
    return members;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** Whether the pool has as many workers as it may: no call needs to wait for a further one. */
  boolean isFull() {
    return regular() >= rules.maximum();
  }

  /** Why no worker comes up; null while one may. */
  @Nullable Death hopeless() {
    return members.isEmpty() && failures >= rules.giveUpAfter() ? lastFailure : null;
  }

  void pause(boolean now) {
    paused = now;
  }

  /** A worker has come up. */
  void ready(Member member, long now) {
    if (member.state != State.STARTING) {
      return;
    }
    member.state = State.SERVING;
    member.idleSinceNanos = now;
    tell(new PoolEvent.WorkerReady(member.id, member.slot));
    Member old = member.replaces;
    member.replaces = null;
    if (old != null && old.state == State.SERVING && old.outgoing != null) {
      retire(old, old.outgoing, now);
    }
  }

  /** A worker has given a good answer. */
  void succeeded(Member member) {
    if (!member.succeeded) {
      member.succeeded = true;
      failures = 0;
    }
  }

  /** A worker has one call less. */
  void lessToDo(Member member, long now) {
    if (member.running.isEmpty()) {
      member.idleSinceNanos = now;
    }
    if (member.state == State.RETIRING) {
      if (!member.unreachable && member.running.stream().noneMatch(Call::isDone)) {
        member.stopByNanos = Long.MAX_VALUE; // what was given up has ended by itself
      }
      stopIfDone(member);
    }
  }

  /** A worker gets no more calls, and is stopped when it has answered those it has. */
  void retire(Member member, Retirement why, long now) {
    if (member.state == State.SERVING) {
      member.state = State.RETIRING;
      tell(new PoolEvent.WorkerRetired(member.id, why));
      if (why == Retirement.CALL_GIVEN_UP) {
        member.stopByNanos = Times.after(now, rules.neighbourNanos());
      }
      stopIfDone(member);
    } else if (member.state == State.RETIRING && why == Retirement.CALL_GIVEN_UP) {
      member.stopByNanos = Math.min(member.stopByNanos, Times.after(now, rules.neighbourNanos()));
      stopIfDone(member);
    }
  }

  /**
   * Nobody is at the other end of a worker's channel. Most likely it has ended by itself, and how
   * is about to be told; if not, it is stopped.
   */
  void unreachable(Member member, long now) {
    if (member.state == State.SERVING) {
      member.state = State.RETIRING;
      tell(new PoolEvent.WorkerRetired(member.id, Retirement.UNREACHABLE));
    }
    if (member.state == State.RETIRING && !member.unreachable) {
      member.unreachable = true;
      member.stopByNanos = Math.min(member.stopByNanos, Times.after(now, rules.neighbourNanos()));
    }
  }

  /** A worker is to be replaced when another has come up. */
  void replace(Member member, Retirement why) {
    if (member.state == State.SERVING && member.outgoing == null) {
      member.outgoing = why;
    }
  }

  void stop(Member member, Manner manner) {
    if (member.state != State.STOPPING) {
      member.state = State.STOPPING;
      effects.add(new CoreEffect.Stop(member, manner));
    }
  }

  /** A worker has ended. */
  void died(Member member, Death death, long now) {
    if (!members.remove(member)) {
      return;
    }
    members.stream()
        .filter(other -> other.replaces == member)
        .forEach(other -> other.replaces = null);
    boolean wanted = member.state == State.STOPPING && !member.startExpired;
    boolean came = member.state != State.STARTING && !member.startExpired;
    if (wanted) {
      tell(new PoolEvent.WorkerEnded(member.id));
      return;
    }
    Death known = member.startExpired ? death.because(notReady()) : death;
    if (!member.succeeded) {
      failures = death.hopeless() ? Math.max(failures + 1, rules.giveUpAfter()) : failures + 1;
      lastFailure = known;
      startNotBefore = Times.after(now, rules.backoff().applyAsLong(failures));
    }
    tell(
        came
            ? new PoolEvent.WorkerDied(member.id, known.text())
            : new PoolEvent.StartFailed(
                member.id,
                known.text(),
                failures,
                Duration.ofNanos(Math.max(0, startNotBefore - now))));
  }

  private String notReady() {
    return "it was not ready within " + Duration.ofNanos(rules.startNanos());
  }

  /** Everybody ends. */
  void close() {
    closed = true;
    for (Member member : members) {
      switch (member.state) {
        case STARTING -> stop(member, Manner.NOW);
        case SERVING, RETIRING ->
            stop(member, member.running.isEmpty() ? Manner.GENTLY : Manner.FIRMLY);
        case STOPPING -> {}
      }
    }
  }

  /** Does what is due. */
  void timePassed(long now) {
    for (Member member : List.copyOf(members)) {
      switch (member.state) {
        case STARTING -> {
          if (now - member.startedNanos >= rules.startNanos()) {
            member.startExpired = true;
            stop(member, Manner.NOW);
          }
        }
        case SERVING -> {
          rules
              .recycling()
              .afterAge()
              .filter(age -> now - member.startedNanos >= NANOSECONDS.convert(age))
              .ifPresent(age -> replace(member, Retirement.AGE));
          if (isIdle(member) && now - member.idleSinceNanos >= rules.idleNanos() && tooMany()) {
            retire(member, Retirement.IDLE, now);
          }
        }
        case RETIRING -> {
          if (member.stopByNanos <= now) {
            stop(member, Manner.FIRMLY);
          }
        }
        case STOPPING -> {}
      }
    }
  }

  /** Starts who is missing. */
  void grow(long now) {
    if (closed || now < startNotBefore) {
      return;
    }
    replaceOutgoing(now);
    int slot = wantedSlot(now);
    while (slot >= 0 && start(slot, null, now)) {
      slot = wantedSlot(now);
    }
  }

  /** When something is due next, after {@code now}; {@link Long#MAX_VALUE} if nothing is. */
  long nextWake(long now) {
    if (closed && members.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long wake = earlier(Long.MAX_VALUE, startNotBefore, now);
    wake = earlier(wake, growNotBefore, now);
    if (waiting.size() > 0 && !paused) {
      wake = earlier(wake, Times.after(waiting.oldestArrival(), rules.growNanos()), now);
    }
    for (Member member : members) {
      switch (member.state) {
        case STARTING ->
            wake = earlier(wake, Times.after(member.startedNanos, rules.startNanos()), now);
        case SERVING -> {
          if (rules.recycling().afterAge().isPresent()) {
            long age = NANOSECONDS.convert(rules.recycling().afterAge().get());
            wake = earlier(wake, Times.after(member.startedNanos, age), now);
          }
          if (isIdle(member)) {
            wake = earlier(wake, Times.after(member.idleSinceNanos, rules.idleNanos()), now);
          }
        }
        case RETIRING -> wake = earlier(wake, member.stopByNanos, now);
        case STOPPING -> {}
      }
    }
    return wake;
  }

  private void replaceOutgoing(long now) {
    if (count(member -> member.state == State.STARTING && member.replaces != null) > 0) {
      return; // one at a time
    }
    for (Member member : List.copyOf(members)) {
      if (member.state != State.SERVING || member.outgoing == null) {
        continue;
      }
      boolean besides = rules.recycling().overlap() || occupied() < rules.maximum();
      if (!besides || isIdle(member) && tooMany()) {
        retire(member, member.outgoing, now);
      } else if (occupied() <= rules.maximum() && members.size() < rules.mostProcesses()) {
        if (!start(member.slot, member, now) && mayGoFirst(member)) {
          retire(member, member.outgoing, now);
        }
        return;
      }
    }
  }

  /**
   * Whether one whose replacement is refused goes without: if what it holds is what is short, one
   * at a time.
   */
  private boolean mayGoFirst(Member member) {
    return member.outgoing == Retirement.MEMORY && starting() == 0;
  }

  /** In which slot a worker is missing now that may be started; negative if in none. */
  private int wantedSlot(long now) {
    int retiring = count(member -> member.state == State.RETIRING);
    int overlap = rules.recycling().overlap() && retiring > 0 ? 1 : 0;
    if (regular() >= rules.maximum()
        || occupied() >= rules.maximum() + overlap
        || members.size() >= rules.mostProcesses()) {
      return -1;
    }
    if (regular() < rules.minimum()) {
      return freeSlot();
    }
    if (rules.keyed()) {
      int lane = laneWithoutWorker();
      if (lane >= 0 && !paused) {
        return lane;
      }
    } else if (waiting.size() > 0 && !paused && starting() == 0 && isOldEnough(now)) {
      return freeSlot();
    }
    boolean sparesMissing = count(Crew::isIdle) + starting() < rules.spares();
    return sparesMissing ? freeSlot() : -1;
  }

  private boolean isOldEnough(long now) {
    return count(member -> member.state == State.SERVING) == 0
        || now - waiting.oldestArrival() >= rules.growNanos();
  }

  private int laneWithoutWorker() {
    for (int lane = 0; lane < waiting.lanes(); lane++) {
      if (waiting.peek(lane) != null && !isTaken(lane)) {
        return lane;
      }
    }
    return -1;
  }

  private boolean start(int slot, @Nullable Member replaces, long now) {
    boolean needed = regular() < rules.minimum() || occupied() == 0;
    if (!needed && now < growNotBefore) {
      return false;
    }
    Admission.Ticket ticket =
        switch (admission.mayStart(kind)) {
          case Admission.Admitted(Admission.Ticket given) -> given;
          case Admission.Refused refused when needed -> Admission.Ticket.IGNORED;
          case Admission.Refused(var reasons, Duration askAgainAfter) -> {
            growNotBefore = Times.after(now, Math.max(1, NANOSECONDS.convert(askAgainAfter)));
            tell(new PoolEvent.GrowthRefused(reasons, askAgainAfter));
            yield null;
          }
        };
    if (ticket == null) {
      return false;
    }
    Member member = new Member(++lastId, slot, replaces);
    member.startedNanos = now;
    members.add(member);
    tell(new PoolEvent.WorkerStarting(member.id, slot));
    effects.add(new CoreEffect.Start(member, ticket));
    return true;
  }

  private void stopIfDone(Member member) {
    if (member.unreachable) {
      return;
    }
    if (member.running.isEmpty()) {
      stop(member, Manner.GENTLY);
    } else if (member.onlyAbandoned()) {
      stop(member, Manner.FIRMLY);
    }
  }

  private int freeSlot() {
    int slot = 0;
    while (isTaken(slot)) {
      slot++;
    }
    return slot;
  }

  private boolean isTaken(int slot) {
    return count(member ->
        member.slot == slot && (member.state == State.STARTING || member.state == State.SERVING))
        > 0;
  }

  /** How many take calls or will, without those that are to take another's place. */
  private int regular() {
    return count(member ->
        member.state == State.SERVING || member.state == State.STARTING && !isReplacement(member));
  }

  private static boolean isReplacement(Member member) {
    return member.replaces != null && member.replaces.state == State.SERVING;
  }

  /** How many are in a slot: all but those that are being stopped. */
  private int occupied() {
    return count(member -> member.state != State.STOPPING);
  }

  private int starting() {
    return count(member -> member.state == State.STARTING);
  }

  /** Whether an idle worker can be spared. */
  private boolean tooMany() {
    return regular() > rules.minimum() && count(Crew::isIdle) > rules.spares();
  }

  private static boolean isIdle(Member member) {
    return member.state == State.SERVING && member.running.isEmpty();
  }

  private int count(Predicate<Member> which) {
    int count = 0;
    for (Member member : members) {
      count += which.test(member) ? 1 : 0;
    }
    return count;
  }

  private void tell(PoolEvent event) {
    effects.add(new CoreEffect.Tell(event));
  }

  private static long earlier(long wake, long other, long now) {
    return other > now ? Math.min(wake, other) : wake;
  }
}
