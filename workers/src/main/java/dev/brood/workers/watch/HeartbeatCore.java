package dev.brood.workers.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Decides which children are silent for too long, and what is done about it. Knows no clock, no
 * process and no thread: it is told what happened and when, and says what to do. Times are of one
 * monotonic clock, in nanoseconds, and do not go back.
 *
 * <pre>
 * phase     counted sign   silent for limit  + dump time    + stop time     left
 * ALIVE     ALIVE          STALLED: told     -              -               forgotten
 * STALLED   ALIVE: told    -                 DUMPED: dump   STOPPING: stop  forgotten
 * DUMPED    ALIVE: told    -                 -              STOPPING: stop  forgotten
 * STOPPING  STOPPING       -                 -              -               forgotten
 * </pre>
 *
 * <p>A child that is held stays in its phase, and the time until its release is not silence. Time
 * in which nobody ticked, because this JVM or the machine stood still, is not silence either.
 */
final class HeartbeatCore {
  private static final int LEARNED_FACTOR = 4;
  private static final int LATE_TICKS = 5;
  private static final int LOOK_FROM = 4;
  private static final int LOOK_EVERY = 8;

  /** What happened. */
  sealed interface Event {
    /** A child is there. */
    record Joined(long id) implements Event {}

    /** It gave a sign of life, at a time that is not later than now. */
    record Signed(long id, Sign sign, long at) implements Event {}

    /** Nothing is expected of it for now. */
    record Held(long id) implements Event {}

    /** Signs are expected again. */
    record Released(long id) implements Event {}

    /** It has ended, or is not watched any more. */
    record Left(long id) implements Event {}

    /** Time has passed. */
    record Tick() implements Event {}
  }

  /** What is to be done. */
  sealed interface Effect {
    /** Look at these from outside; those that begin only to compare with them later. */
    record Look(List<Long> beginning, List<Long> compared) implements Effect {}

    /** Tell that a child is silent; how long ago each sign was seen. */
    record Stall(long id, long silence, long limit, Map<Sign, Duration> ago) implements Effect {}

    /** Tell that it is not any more. */
    record Recover(long id, long silence) implements Effect {}

    /** Make it show what it is at. */
    record TakeDump(long id, Dump dump) implements Effect {}

    /** Stop it. */
    record Stop(long id, long silence) implements Effect {}
  }

  /** How far the silence of a child has gone. */
  enum Phase {
    ALIVE,
    STALLED,
    DUMPED,
    STOPPING
  }

  private static final class Child {
    final long id;
    final Map<Sign, Long> seen = new EnumMap<>(Sign.class);
    Phase phase = Phase.ALIVE;
    long silentSince;
    long limit;
    boolean held;
    long heldAt;
    boolean looked;
    long lookedAt;

    Child(long id, long now) {
      this.id = id;
      this.silentSince = now;
    }
  }

  private final Heartbeats rules;
  private final long tick;
  private final GapWindow gaps = new GapWindow();
  private final Map<Long, Child> children = new LinkedHashMap<>();
  private long lastTick;

  HeartbeatCore(Heartbeats rules) {
    this.rules = rules;
    this.tick = nanos(rules.tick());
  }

  /** Takes in what happened; what is to be done about it, in order. */
  List<Effect> on(Event event, long now) {
    List<Effect> effects = new ArrayList<>();
    switch (event) {
      case Event.Joined(long id) -> join(id, now);
      case Event.Signed(long id, Sign sign, long at) -> signed(id, sign, at, effects);
      case Event.Held(long id) -> hold(id, now);
      case Event.Released(long id) -> release(id, now);
      case Event.Left(long id) -> children.remove(id);
      case Event.Tick() -> tick(now, effects);
    }
    return effects;
  }

  /** How many children are watched. */
  int size() {
    return children.size();
  }

  /** How many of them are silent for too long. */
  int stalled() {
    return (int) children.values().stream().filter(child -> child.phase != Phase.ALIVE).count();
  }

  /** How far the silence of one has gone that is watched. */
  Phase phase(long id) {
    return Objects.requireNonNull(children.get(id)).phase;
  }

  /** How long a child may be silent at present, in nanoseconds. */
  long limit() {
    if (!gaps.known()) {
      return nanos(rules.ceiling());
    }
    long learned = Math.multiplyExact(LEARNED_FACTOR, Math.min(gaps.high(), Long.MAX_VALUE / 8));
    return Math.clamp(learned, nanos(rules.floor()), nanos(rules.ceiling()));
  }

  private void join(long id, long now) {
    if (children.isEmpty()) {
      lastTick = now;
    }
    children.put(id, new Child(id, now));
  }

  private void signed(long id, Sign sign, long at, List<Effect> effects) {
    Child child = children.get(id);
    if (child == null) {
      return;
    }
    child.seen.merge(sign, at, Math::max);
    if (!rules.counts(sign) || at <= child.silentSince) {
      return;
    }
    long silence = at - child.silentSince;
    child.silentSince = at;
    child.looked = false;
    if (silence >= tick / 2 && !child.held) {
      gaps.add(silence); // signs closer together than that are one
    }
    switch (child.phase) {
      case ALIVE, STOPPING -> {}
      case STALLED, DUMPED -> {
        child.phase = Phase.ALIVE;
        effects.add(new Effect.Recover(id, silence));
      }
    }
  }

  private void hold(long id, long now) {
    Child child = children.get(id);
    if (child != null && !child.held) {
      child.held = true;
      child.heldAt = now;
    }
  }

  private void release(long id, long now) {
    Child child = children.get(id);
    if (child != null && child.held) {
      child.held = false;
      child.silentSince += now - Math.max(child.heldAt, child.silentSince);
      child.looked = false;
    }
  }

  private void tick(long now, List<Effect> effects) {
    long late = now - lastTick - tick;
    lastTick = now;
    long limit = limit();
    List<Long> beginning = new ArrayList<>();
    List<Long> compared = new ArrayList<>();
    for (Child child : children.values()) {
      if (child.held) {
        continue;
      }
      if (late > LATE_TICKS * tick) {
        child.silentSince = Math.min(now, child.silentSince + late);
      }
      advance(child, now, limit, effects);
      if (wantsLook(child, now, limit)) {
        (child.looked ? compared : beginning).add(child.id);
        child.looked = true;
        child.lookedAt = now;
      }
    }
    if (!beginning.isEmpty() || !compared.isEmpty()) {
      effects.add(new Effect.Look(beginning, compared));
    }
  }

  /** As far as its silence takes it; several steps in one tick if it has been long enough. */
  private void advance(Child child, long now, long limit, List<Effect> effects) {
    long silence = now - child.silentSince;
    if (child.phase == Phase.ALIVE && silence >= limit) {
      child.phase = Phase.STALLED;
      child.limit = limit;
      effects.add(new Effect.Stall(child.id, silence, limit, ago(child, now)));
    }
    long stalledFor = silence - child.limit;
    if (child.phase == Phase.STALLED && rules.dumpStep().isPresent()) {
      Heartbeats.DumpStep step = rules.dumpStep().get();
      if (stalledFor >= nanos(step.after())) {
        child.phase = Phase.DUMPED;
        effects.add(new Effect.TakeDump(child.id, step.dump()));
      }
    }
    boolean stalled = child.phase == Phase.STALLED || child.phase == Phase.DUMPED;
    if (stalled && rules.stopAfter().isPresent() && stalledFor >= nanos(rules.stopAfter().get())) {
      child.phase = Phase.STOPPING;
      effects.add(new Effect.Stop(child.id, silence));
    }
  }

  private boolean wantsLook(Child child, long now, long limit) {
    return child.phase != Phase.STOPPING
        && now - child.silentSince >= limit / LOOK_FROM
        && (!child.looked || now - child.lookedAt >= limit / LOOK_EVERY);
  }

  /** Never too long for a number: some three centuries are the same as never. */
  private static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  private static Map<Sign, Duration> ago(Child child, long now) {
    Map<Sign, Duration> ago = new EnumMap<>(Sign.class);
    child.seen.forEach((sign, at) -> ago.put(sign, Duration.ofNanos(now - at)));
    return ago;
  }
}
