package dev.brood.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * One random history in virtual time: seeded choices, a clock that stands still between events, and
 * the queue of what happens next.
 *
 * <p>The code under test is a state machine that is told the time; the body makes it, schedules
 * events, carries out what the machine wants done by scheduling more events, and checks the
 * invariants after each. Nothing here waits, so thousands of histories run in a second. Not for use
 * by several threads.
 *
 * <pre>{@code
 * Simulation.histories(2_000, simulation -> {
 *   World world = new World(simulation); // its core, its fake children
 *   simulation.after(Duration.ZERO, world::start);
 *   simulation.run(Duration.ofHours(1), 10_000, world::check);
 * });
 * }</pre>
 */
public final class Simulation {
  private static final int KEPT_NOTES = 60;

  private final Gen gen;
  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private final Deque<String> notes = new ArrayDeque<>();
  private long nanos;
  private long scheduled;

  private Simulation(Gen gen) {
    this.gen = gen;
  }

  /** What one history does. */
  @FunctionalInterface
  public interface Body {
    /** Runs one history. */
    void run(Simulation simulation) throws Exception;
  }

  /**
   * Runs {@code body} {@code count} times with different seeds, or once if {@code -Dbrood.seed=N}
   * says which.
   *
   * @throws AssertionError if a history fails; the message holds the seed and the last notes
   */
  public static void histories(int count, Body body) {
    Seeds.random(count, gen -> history(gen, body));
  }

  /**
   * Runs {@code body} once, with the choices that {@code seed} leads to; for a seed that failed.
   *
   * @throws AssertionError if it fails
   */
  public static void history(long seed, Body body) {
    Seeds.runSeed(seed, gen -> history(gen, body));
  }

  private static void history(Gen gen, Body body) throws Exception {
    Simulation simulation = new Simulation(gen);
    try {
      body.run(simulation);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(e + "\nat " + simulation.now() + ", after\n" + simulation.told(), e);
    }
  }

  /** Where all random choices come from, those of the code under test included. */
  public Gen gen() {
    return gen;
  }

  /** The time passed since the start, in nanoseconds. */
  public long nanos() {
    return nanos;
  }

  /** The time passed since the start. */
  public Duration elapsed() {
    return Duration.ofNanos(nanos);
  }

  /** The wall clock, which starts at {@link FakeTicker#START}. */
  public Instant now() {
    return FakeTicker.START.plusNanos(nanos);
  }

  /** A random time from {@code low} to {@code high}, both included, in whole microseconds. */
  public Duration between(Duration low, Duration high) {
    long span = Math.addExact(high.minus(low).toNanos() / 1000, 1);
    long coarse = (span - 1) / Integer.MAX_VALUE + 1;
    int steps = (int) (span / coarse);
    return low.plusNanos(gen.below(Math.max(steps, 1)) * coarse * 1000);
  }

  /**
   * Schedules {@code event} once, {@code delay} from now; zero and negative delays come next. Equal
   * times run in the order of their scheduling.
   */
  public void after(Duration delay, Runnable event) {
    due.add(new Due(nanos + Math.max(0, delay.toNanos()), scheduled++, event));
  }

  /** How many events have not happened yet. */
  public int pending() {
    return due.size();
  }

  /** Notes what happened, for the message of a failure; the last {@value #KEPT_NOTES} are kept. */
  public void note(String what) {
    if (notes.size() == KEPT_NOTES) {
      notes.removeFirst();
    }
    notes.addLast(elapsed() + " " + what);
  }

  /**
   * Goes to the next event, and lets it happen.
   *
   * @return false if there is none
   */
  public boolean step() {
    Due next = due.poll();
    if (next == null) {
      return false;
    }
    nanos = next.at;
    next.event.run();
    return true;
  }

  /**
   * Lets events happen, and {@code check} follow each, until none is left or the next is later than
   * {@code span} from now, where the clock then stands.
   *
   * @throws AssertionError if more than {@code limit} events happen
   */
  public void run(Duration span, int limit, Runnable check) {
    long end = nanos + span.toNanos();
    for (int events = 0; isDueBy(end); events++) {
      if (events == limit) {
        throw new AssertionError("more than " + limit + " events in " + span);
      }
      step();
      check.run();
    }
    nanos = end;
  }

  private boolean isDueBy(long end) {
    Due next = due.peek();
    return next != null && next.at <= end;
  }

  private String told() {
    return String.join("\n", notes);
  }

  private record Due(long at, long order, Runnable event) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }
}
