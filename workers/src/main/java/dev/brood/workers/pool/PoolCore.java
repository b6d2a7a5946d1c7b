package dev.brood.workers.pool;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.workers.pool.CoreEffect.Manner;
import dev.brood.workers.pool.CoreEvent.Answer;
import dev.brood.workers.pool.CoreEvent.Obstacle;
import dev.brood.workers.pool.CoreEvent.Order;
import dev.brood.workers.pool.PoolEvent.Retirement;
import dev.brood.workers.watch.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All decisions of a pool: a state machine for one thread, that is told what happened and when, and
 * says what is to be done. It reads no clock, starts no process and knows no thread.
 *
 * <p>What holds after each step: a call that was submitted is waiting, delayed, with one worker, or
 * done; it is completed or failed when it becomes done, and only then; and a call is sent a second
 * time only if the first worker had not begun it, or if it is idempotent and that worker has ended.
 */
final class PoolCore {
  private final PoolRules rules;
  private final Placement placement;
  private final Crew crew;
  private final WaitingCalls waiting;
  private final FastFailures fastFailures = new FastFailures();
  private final TreeSet<Call> byDue = new TreeSet<>(Call.BY_DUE);
  private final TreeSet<Call> delayed = new TreeSet<>(Call.BY_RETRY);
  private final List<CoreEffect> effects = new ArrayList<>();
  private int unanswered;
  private boolean paused;
  private boolean draining;
  private boolean drained;
  private boolean closed;
  private boolean over;

  PoolCore(PoolRules rules, RandomGenerator random, Admission admission, String kind) {
    this.rules = rules;
    this.placement = new Placement(rules, random);
    this.waiting = new WaitingCalls(rules.keyed() ? rules.maximum() : 1);
    this.crew = new Crew(rules, waiting, admission, kind, effects);
  }

  /**
   * Takes what has happened.
   *
   * @param now never less than at the call before
   * @return what is to be done, in this order, before the next event
   */
  List<CoreEffect> handle(CoreEvent event, long now) {
    switch (event) {
      case CoreEvent.Submitted(List<Call> calls) -> calls.forEach(call -> submitted(call, now));
      case CoreEvent.Cancelled(Call call) ->
          giveUp(call, new CancellationException(call + " was cancelled"), now);
      case CoreEvent.Ready(Member member) -> crew.ready(member, now);
      case CoreEvent.Answered(Member member, List<Answer> answers) ->
          answered(member, answers, now);
      case CoreEvent.NotSent(Member member, Call call, Obstacle obstacle) ->
          notSent(member, call, obstacle, now);
      case CoreEvent.NotWritable(Member member, Call call, PoolException failure) -> {
        takeBack(member, call, now);
        stopIfStuck(member);
        fail(call, failure);
      }
      case CoreEvent.Died(Member member, Death death) -> died(member, death, now);
      case CoreEvent.Measured(Member member, long bytes) -> measured(member, bytes);
      case CoreEvent.TimePassed() -> {}
      case CoreEvent.Ordered(Order order) -> ordered(order);
    }
    settle(now);
    List<CoreEffect> wanted = List.copyOf(effects);
    effects.clear();
    return wanted;
  }

  /** When it wants to be told the time next, after {@code now}; {@link Long#MAX_VALUE}: never. */
  long nextWake(long now) {
    long wake = crew.nextWake(now);
    if (!byDue.isEmpty()) {
      wake = Math.min(wake, byDue.getFirst().dueNanos);
    }
    if (!delayed.isEmpty()) {
      wake = Math.min(wake, delayed.getFirst().retryNanos);
    }
    return wake;
  }

  /** How many calls wait for a worker. */
  int waiting() {
    return waiting.size() + delayed.size();
  }

  /** How many calls have been neither completed nor failed. */
  int unanswered() {
    return unanswered;
  }

  /** Whether a call that comes now is taken. */
  boolean takesCalls() {
    return !draining;
  }

  Collection<Member> members() {
    return crew.members();
  }

  private void submitted(Call call, long now) {
    unanswered++;
    call.arrivedNanos = now;
    call.lane = placement.lane(call);
    if (draining) {
      fail(call, new PoolClosedException("the pool takes no calls any more"));
      return;
    }
    call.options
        .deadline()
        .ifPresent(limit -> {
          call.dueNanos = Times.after(now - call.waitedNanos, NANOSECONDS.convert(limit));
          byDue.add(call);
        });
    waiting.addLast(call);
    if (waiting() > rules.queueLimit()) {
      dispatch(now);
      if (waiting() > rules.queueLimit() && call.state == Call.State.WAITING) {
        makeRoom(call);
      }
    }
  }

  private void makeRoom(Call newest) {
    Call rejected =
        switch (rules.whenFull()) {
          case BLOCK -> null; // its caller has waited for room already
          case REJECT -> newest;
          case DROP_OLDEST -> waiting.leastWanted();
        };
    if (rejected != null) {
      effects.add(new CoreEffect.Tell(new PoolEvent.CallRejected(rejected.input)));
      String why =
          rejected == newest
              ? "the queue is full: %,d calls wait"
              : "dropped for a later call: %,d calls wait";
      fail(rejected, new CallRejectedException(why.formatted(rules.queueLimit())));
    }
  }

  private void dispatch(long now) {
    if (paused || closed) {
      return;
    }
    for (int lane = 0; lane < waiting.lanes(); lane++) {
      Call call = waiting.peek(lane);
      while (call != null) {
        Member member = placement.choose(crew.members(), lane, rules.keyed() || crew.isFull());
        if (member == null) {
          break;
        }
        send(call, member, now);
        call = waiting.peek(lane);
      }
    }
  }

  private void send(Call call, Member member, long now) {
    boolean unused = waiting.remove(call);
    leaveQueue(call);
    call.state = Call.State.RUNNING;
    call.member = member;
    call.sentNanos = now;
    member.running.addLast(call);
    member.lastSent = call;
    member.assigned++;
    effects.add(new CoreEffect.Send(member, call));
    long most = rules.recycling().afterCalls().orElse(Long.MAX_VALUE);
    if (member.assigned >= most) {
      crew.retire(member, Retirement.CALLS, now);
    }
  }

  private void notSent(Member member, Call call, Obstacle obstacle, long now) {
    member.blocked = true;
    switch (obstacle) {
      case CLOSED -> {
        crew.unreachable(member, now);
        takeBack(member, call, now);
      }
      case FULL -> {
        takeBack(member, call, now);
        stopIfStuck(member);
      }
    }
    if (!call.isDone()) {
      waitAgain(call);
    }
  }

  private void takeBack(Member member, Call call, long now) {
    member.running.remove(call);
    member.lastSent = null;
    member.assigned--;
    call.member = null;
    crew.lessToDo(member, now);
  }

  /** A worker without room whom nobody has asked: no answer will come that tells of room. */
  private void stopIfStuck(Member member) {
    if (member.blocked && !member.unreachable && member.running.isEmpty()) {
      crew.stop(member, Manner.NOW);
    }
  }

  private void answered(Member member, List<Answer> answers, long now) {
    long since = Math.max(answers.getFirst().call().sentNanos, member.lastAnswerNanos);
    long took = (now - since) / answers.size(); // each: nobody knows when it was written
    member.lastAnswerNanos = now;
    member.blocked = false;
    for (Answer answer : answers) {
      member.disordered |= member.running.peekFirst() != answer.call();
      if (member.running.remove(answer.call())) {
        answered(member, answer, took, now);
      }
    }
    crew.lessToDo(member, now);
    endAbandonedWork(member, now);
  }

  private void answered(Member member, Answer answer, long took, long now) {
    PoolException failure = answer.failure();
    if (failure == null) {
      crew.succeeded(member);
      fastFailures.answered(member, took);
      complete(answer.call(), answer.value());
    } else {
      if (fastFailures.failed(member, took)) {
        crew.retire(member, Retirement.FAILS_FAST, now);
      }
      fail(answer.call(), failure);
    }
  }

  /** Nobody wants this call any more, or it has had its time. */
  private void giveUp(Call call, RuntimeException reason, long now) {
    if (call.isDone()) {
      return;
    }
    Member member = call.state == Call.State.RUNNING ? call.member : null;
    fail(call, reason);
    if (member != null) {
      endAbandonedWork(member, now);
    }
  }

  /** Ends a worker that works on what nobody waits for, as soon as it does so. */
  private void endAbandonedWork(Member member, long now) {
    Call first = member.running.peekFirst();
    if (first == null) {
      return;
    }
    if (rules.serial()) {
      if (first.isDone()) {
        crew.stop(member, Manner.FIRMLY);
      }
    } else if (member.running.stream().anyMatch(Call::isDone)) {
      crew.retire(member, Retirement.CALL_GIVEN_UP, now);
    }
  }

  private void died(Member member, Death death, long now) {
    List<Call> unfinished = List.copyOf(member.running);
    member.running.clear();
    fastFailures.forget(member);
    crew.died(member, death, now);
    for (Call call : unfinished.reversed()) { // each goes to the front of the queue
      if (call.isDone()) {
        continue;
      }
      call.member = null;
      boolean unread = death.lastUnread() && call == member.lastSent;
      if (rules.serial() && !member.disordered && call != unfinished.getFirst()) {
        waitAgain(call); // behind another
      } else {
        call.deaths++;
        if (unread && call.deaths < rules.poisonAfter()) {
          waitAgain(call);
        } else {
          diedWith(call, unread, death, now);
        }
      }
    }
  }

  /** Whether it was not begun does not count for ever: reading it may be what ends workers. */
  private void diedWith(Call call, boolean unread, Death death, long now) {
    if (!call.options.idempotent() && !unread) {
      fail(call, new WorkerDiedException(death, call.deaths));
    } else if (call.deaths >= rules.poisonAfter()) {
      effects.add(new CoreEffect.Tell(new PoolEvent.CallPoisoned(call.input, call.deaths)));
      fail(call, new WorkerDiedException(death, call.deaths));
    } else {
      long pause = death.killedByStranger() ? rules.backoff().applyAsLong(call.deaths + 1) : 0;
      effects.add(
          new CoreEffect.Tell(
              new PoolEvent.CallRetried(call.input, call.deaths, Duration.ofNanos(pause))));
      if (pause > 0) {
        call.state = Call.State.DELAYED;
        call.retryNanos = Times.after(now, pause);
        delayed.add(call);
        enterQueue(call);
      } else {
        waitAgain(call);
      }
    }
  }

  private void measured(Member member, long bytes) {
    if (bytes > rules.recycling().aboveResidentBytes().orElse(Long.MAX_VALUE)) {
      crew.replace(member, Retirement.MEMORY);
    }
  }

  private void ordered(Order order) {
    switch (order) {
      case PAUSE -> pause(true);
      case RESUME -> {
        pause(false);
        draining = closed;
        drained = drained && closed;
      }
      case DRAIN -> draining = true;
      case CLOSE -> {
        draining = true;
        closed = true;
        failAll("the pool was shut down before this call was answered");
        crew.close();
      }
    }
  }

  private void pause(boolean now) {
    paused = now;
    crew.pause(now);
  }

  private void failAll(String why) {
    crew.members()
        .forEach(member ->
            List.copyOf(member.running).forEach(call -> fail(call, new PoolClosedException(why))));
    failWaiting(() -> new PoolClosedException(why));
  }

  private void failWaiting(Supplier<PoolException> why) {
    waiting.drainTo(call -> fail(call, why.get()));
    List.copyOf(delayed).forEach(call -> fail(call, why.get()));
  }

  private void settle(long now) {
    while (!byDue.isEmpty() && byDue.getFirst().dueNanos <= now) {
      Call late = byDue.getFirst();
      String limit = late.options.deadline().map(Duration::toString).orElse("");
      giveUp(late, new CallDeadlineException("no answer within " + limit), now);
    }
    while (!delayed.isEmpty() && delayed.getFirst().retryNanos <= now) {
      waitAgain(delayed.removeFirst());
    }
    crew.timePassed(now);
    dispatch(now);
    crew.grow(now);
    Death hopeless = crew.hopeless();
    if (hopeless != null) {
      failWaiting(() -> new WorkerStartException("no worker comes up: " + hopeless.text()));
    }
    if (draining && !drained && unanswered == 0) {
      drained = true;
      effects.add(new CoreEffect.Drained());
    }
    if (closed && !over && crew.isEmpty()) {
      over = true;
      effects.add(new CoreEffect.Over());
    }
  }

  private void waitAgain(Call call) {
    call.state = Call.State.WAITING;
    waiting.addFirst(call);
    enterQueue(call);
  }

  private void complete(Call call, @Nullable Object value) {
    if (done(call)) {
      effects.add(new CoreEffect.Complete(call, value));
    }
  }

  private void fail(Call call, RuntimeException reason) {
    if (done(call)) {
      effects.add(new CoreEffect.Fail(call, reason));
    }
  }

  /** The one place where a call becomes done; false if it was before. */
  private boolean done(Call call) {
    switch (call.state) {
      case DONE -> {
        return false;
      }
      case WAITING -> {
        boolean unused = waiting.remove(call);
        leaveQueue(call);
      }
      case DELAYED -> {
        delayed.remove(call);
        leaveQueue(call);
      }
      case RUNNING -> {} // until its worker has answered or ended
    }
    call.state = Call.State.DONE;
    byDue.remove(call);
    unanswered--;
    return true;
  }

  /** It was in the queue before: there is no waiting for room. */
  private void enterQueue(Call call) {
    if (!call.holdsRoom) {
      call.holdsRoom = true;
      effects.add(new CoreEffect.RoomTaken());
    }
  }

  private void leaveQueue(Call call) {
    if (call.holdsRoom) {
      call.holdsRoom = false;
      effects.add(new CoreEffect.RoomFree());
    }
  }
}
