package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One child as the state machine sees it. Times are nanoseconds. */
final class CoreChild {
  static final long NEVER = Long.MAX_VALUE;

  /** What comes after the end of a run that the supervisor wants to end. */
  enum Goal {
    /** It stays stopped. */
    REST,
    /** It is started again, which is nobody's fault. */
    RESTART,
    /** It has failed, and its restart type says what follows. */
    FAIL,
    /** It has failed, and is restarted whatever its restart type. */
    FAIL_RESTART
  }

  final String id;
  final ChildSpec spec;

  /** Whether it was added to a running supervisor. */
  final boolean added;

  final BackoffCount deathsInRow;
  final Deque<Death> deaths = new ArrayDeque<>();
  ChildState state = ChildState.WAITING;

  /** Why the live run is to end; null while it is not. */
  @Nullable Goal goal;

  String reason = "";

  /**
   * Whether it ends or starts together with others, so that its end waits for those after it, and
   * its start for those before it, besides what depends on it and what it depends on.
   */
  boolean inTurn = true;

  boolean started;
  boolean saidReady;
  boolean success;
  int run;
  int restarts;
  long pid;
  long begunAt;
  long startedAt;
  long readyAt = NEVER;

  /** When a wait is over: of BACKING_OFF, and of GIVEN_UP. */
  long until = NEVER;

  /** Whether a process of it is left that cannot be ended; it is never started again then. */
  boolean survived;

  @Nullable Boolean healthy;
  @Nullable String text;
  @Nullable Dependency toldWaiting;
  boolean toldHopeless;

  CoreChild(String id, ChildSpec spec, boolean added, RandomGenerator random) {
    this.id = id;
    this.spec = spec;
    this.added = added;
    this.deathsInRow = new BackoffCount(spec.backoff(), random);
  }

  /** That far ahead; {@link #NEVER} if it cannot be said. */
  static long after(long time, Duration delay) {
    long at = time + NANOSECONDS.convert(delay);
    return at < time ? NEVER : at;
  }

  boolean isLive() {
    return state.isLive();
  }

  /** Whether it is alive and is to end. */
  boolean isEnding() {
    return isLive() && goal != null;
  }

  /** Whether it need not be waited for by those after it. */
  boolean isSettled() {
    return switch (state) {
      case WAITING, BACKING_OFF, STARTING, STOPPING -> false;
      case RUNNING -> goal == null;
      case STOPPED, COMPLETED, GIVEN_UP -> true;
    };
  }

  /** Whether it has no run, and none will come by itself. */
  boolean isOver() {
    return switch (state) {
      case STOPPED, COMPLETED -> true;
      case GIVEN_UP -> until == NEVER;
      case WAITING, BACKING_OFF, STARTING, RUNNING, STOPPING -> false;
    };
  }

  /** Whether it has come to its end, and nobody takes it for a failure to be looked at. */
  boolean hasEnded() {
    return state == ChildState.STOPPED || state == ChildState.COMPLETED;
  }

  /** Whether it is as its supervisor wants it to be. */
  boolean isWell() {
    return isSettled() && state != ChildState.GIVEN_UP;
  }

  /** When something happens to it without any input; {@link #NEVER} if nothing does. */
  long wakeAt() {
    return switch (state) {
      case BACKING_OFF, GIVEN_UP -> until;
      case STARTING -> saidReady && goal == null ? upAt() : NEVER;
      case STOPPED, WAITING, RUNNING, STOPPING, COMPLETED -> NEVER;
    };
  }

  /** When it has lived for its minimum uptime. */
  long upAt() {
    return after(startedAt, spec.minimumUptime());
  }

  /** Goes to a state without a process, in which it waits for no time. */
  void rest(ChildState newState) {
    state = newState;
    until = NEVER;
  }

  void beginRun(long now) {
    state = ChildState.STARTING;
    begunAt = now;
    run++;
    inTurn = false;
    started = false;
    saidReady = false;
    pid = 0;
    until = NEVER;
    readyAt = NEVER;
    healthy = null;
    text = null;
    toldWaiting = null;
    toldHopeless = false;
  }

  /** Notes that the live run is to end; the goal that asks for less is kept. */
  void endFor(Goal newGoal, String why) {
    boolean weaker = goal == Goal.REST || (goal == Goal.RESTART && newGoal != Goal.REST);
    if (!weaker) {
      goal = newGoal;
      reason = why;
    }
  }

  void endRun(Death death) {
    if (deaths.size() == Death.MOST_KEPT) {
      deaths.removeFirst();
    }
    deaths.addLast(death);
    pid = 0;
    healthy = null;
    goal = null;
  }

  /**
   * How long it had been ready when it ended.
   *
   * @param lifetime of the run, without the time in which its leftovers were ended
   */
  Duration well(Duration lifetime) {
    if (readyAt == NEVER) {
      return Duration.ZERO;
    }
    Duration well = lifetime.minusNanos(readyAt - begunAt);
    return well.isNegative() ? Duration.ZERO : well;
  }

  boolean meets(Condition condition) {
    boolean alive = isLive() && goal == null;
    return switch (condition) {
      case STARTED -> alive && started;
      case READY -> alive && state == ChildState.RUNNING;
      case HEALTHY ->
          alive
              && state == ChildState.RUNNING
              && (spec.health().isNone() || Boolean.TRUE.equals(healthy));
      case COMPLETED -> state == ChildState.COMPLETED;
      case SUCCEEDED -> state == ChildState.COMPLETED && success;
    };
  }

  /** Whether only a call of a user's can make it meet a condition that it does not meet. */
  boolean neverMeets(Condition condition) {
    return switch (state) {
      case STOPPED -> true;
      case GIVEN_UP -> until == NEVER;
      case COMPLETED -> !meets(condition);
      case WAITING, BACKING_OFF, STARTING, RUNNING, STOPPING -> goal == Goal.REST;
    };
  }

  ChildStatus status(long now) {
    return new ChildStatus(
        id,
        state,
        pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid),
        run,
        restarts,
        deathsInRow.deaths(),
        Optional.ofNullable(healthy),
        waitsFor(now),
        Optional.ofNullable(text),
        new ArrayList<>(deaths));
  }

  private Optional<String> waitsFor(long now) {
    return switch (state) {
      case WAITING -> Optional.of(toldWaiting == null ? "its turn" : toldWaiting.toString());
      case BACKING_OFF, GIVEN_UP ->
          until == NEVER
              ? Optional.empty()
              : Optional.of("a restart in " + Durations.text(Duration.ofNanos(until - now)));
      case STOPPED, STARTING, RUNNING, STOPPING, COMPLETED -> Optional.empty();
    };
  }
}
