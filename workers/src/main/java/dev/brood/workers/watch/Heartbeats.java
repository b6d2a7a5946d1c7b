package dev.brood.workers.watch;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long children of one kind may be silent, what counts as a sign of life, and what is done
 * about silence. Immutable.
 *
 * <p>Silence is told, as {@link HeartbeatEvent.Stalled}, and no more, unless {@link #dump} or
 * {@link #stop} ask for it: a child that is silent may well be at work. Signs count as they were
 * given; they are looked through at every {@link #tick}, so what follows from them comes that much
 * later at most.
 */
public final class Heartbeats {
  /** How many children are watched at once, unless {@link #mostChildren} says otherwise. */
  public static final int DEFAULT_MOST_CHILDREN = 10_000;

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
  private static final int TICKS = 10;
  private static final Set<Sign> OWN_SIGNS =
      Set.of(Sign.BEAT, Sign.PROGRESS, Sign.MESSAGE, Sign.OUTPUT);

  /** The step at which a silent child is made to show what it is at. */
  record DumpStep(Duration after, Dump dump) {}

  private final Duration floor;
  private final Duration ceiling;
  private final Set<Sign> counted;
  private final @Nullable DumpStep dumpStep;
  private final @Nullable Duration stopAfter;
  private final int mostChildren;

  private Heartbeats(
      Duration floor,
      Duration ceiling,
      Set<Sign> counted,
      @Nullable DumpStep dumpStep,
      @Nullable Duration stopAfter,
      int mostChildren) {
    this.floor = floor;
    this.ceiling = ceiling;
    this.counted = counted;
    this.dumpStep = dumpStep;
    this.stopAfter = stopAfter;
    this.mostChildren = mostChildren;
  }

  /**
   * A child is stalled when it has been silent for that long.
   *
   * @throws IllegalArgumentException if it is shorter than 100 ms
   */
  public static Heartbeats after(Duration limit) {
    return adaptive(limit, limit);
  }

  /**
   * A limit that is learned: four times what 99 of the last 100 gaps between signs stayed within,
   * those of all children that are watched together, but never below {@code floor} nor above {@code
   * ceiling}. It is the ceiling until 20 gaps are known.
   *
   * @throws IllegalArgumentException if the floor is shorter than 100 ms, or the ceiling below it
   */
  public static Heartbeats adaptive(Duration floor, Duration ceiling) {
    if (floor.compareTo(SHORTEST) < 0 || ceiling.compareTo(floor) < 0) {
      throw new IllegalArgumentException(
          "a limit of silence is 100 ms or more, and no more than its ceiling: %s, %s"
              .formatted(floor, ceiling));
    }
    return new Heartbeats(floor, ceiling, OWN_SIGNS, null, null, DEFAULT_MOST_CHILDREN);
  }

  /**
   * What counts as a sign of life: what comes from the child itself, unless set. {@code
   * counting(Sign.BEAT)} asks for explicit beats; {@code counting(Sign.PROGRESS)} means that only a
   * child that gets on is well; {@code Sign.CPU} and {@code Sign.IO} take a busy child for a live
   * one.
   */
  public Heartbeats counting(Sign first, Sign... more) {
    return new Heartbeats(
        floor, ceiling, Set.copyOf(EnumSet.of(first, more)), dumpStep, stopAfter, mostChildren);
  }

  /**
   * Makes a child show what it is at when it has been stalled for {@code after}; zero: at once.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Heartbeats dump(Duration after, Dump dump) {
    DumpStep step = new DumpStep(notNegative(after), dump);
    return new Heartbeats(floor, ceiling, counted, step, stopAfter, mostChildren);
  }

  /**
   * Stops a child, with its whole tree and by its own stop plan, when it has been stalled for
   * {@code after}; zero: at once. Never, unless set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Heartbeats stop(Duration after) {
    return new Heartbeats(floor, ceiling, counted, dumpStep, notNegative(after), mostChildren);
  }

  /**
   * How many children can be watched at once; {@value #DEFAULT_MOST_CHILDREN} unless set.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Heartbeats mostChildren(int most) {
    if (most <= 0) {
      throw new IllegalArgumentException("at least one child, not " + most);
    }
    return new Heartbeats(floor, ceiling, counted, dumpStep, stopAfter, most);
  }

  /**
   * Begins to watch, no child yet: {@link RunningHeartbeats#pulse} adds them.
   *
   * @param listener told of everything, in order, on one virtual thread; one that is 4,096 events
   *     behind loses the newest, and is told how many
   */
  public RunningHeartbeats start(Consumer<? super WatchEvent> listener) {
    return new RunningHeartbeats(this, listener);
  }

  /** How often signs are looked through: a tenth of the shortest limit, a second at most. */
  public Duration tick() {
    Duration tenth = floor.dividedBy(TICKS);
    return tenth.compareTo(LONGEST_TICK) < 0 ? tenth : LONGEST_TICK;
  }

  Duration floor() {
    return floor;
  }

  Duration ceiling() {
    return ceiling;
  }

  boolean counts(Sign sign) {
    return counted.contains(sign);
  }

  Optional<DumpStep> dumpStep() {
    return Optional.ofNullable(dumpStep);
  }

  Optional<Duration> stopAfter() {
    return Optional.ofNullable(stopAfter);
  }

  int mostChildren() {
    return mostChildren;
  }

  private static Duration notNegative(Duration after) {
    if (after.isNegative()) {
      throw new IllegalArgumentException("a time after the limit is not negative: " + after);
    }
    return after;
  }
}
