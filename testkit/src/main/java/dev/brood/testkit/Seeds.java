package dev.brood.testkit;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs a test body many times with different choices: first every combination, in order, as long as
 * that stays within a bound, then random ones.
 *
 * <p>A failure names the seed; {@code -Dbrood.seed=N} runs that one case alone. A seed that failed
 * deserves a test of its own. {@code -Dbrood.seeds.times=N} runs N times as many, as a soak.
 */
public final class Seeds {

  /** System property that holds the one seed to run. */
  public static final String PROPERTY = "brood.seed";

  /** System property that multiplies the number of random cases. */
  public static final String TIMES_PROPERTY = "brood.seeds.times";

  private Seeds() {}

  /** A test body that may throw what it likes. */
  @FunctionalInterface
  public interface Body {
    /** Runs once, taking all its choices from {@code gen}. */
    void run(Gen gen) throws Exception;
  }

  /**
   * Runs {@code body} at most {@code limit} times exhaustively and, if that did not reach every
   * combination, {@code limit} times more with random choices.
   *
   * @throws AssertionError if a run fails; the message holds how to repeat it, the cause what it
   *     was
   */
  public static void check(int limit, Body body) {
    String only = System.getProperty(PROPERTY);
    if (only != null) {
      runSeed(Long.parseLong(only), body);
      return;
    }
    Gen gen = Gen.exhaustive();
    for (int n = 0; n < limit; n++) {
      run(gen, body, "exhaustive case " + n + " of this test");
      if (!gen.advance()) {
        return;
      }
    }
    random(limit, body);
  }

  /** Runs {@code body} {@code count} times, with random choices only. */
  public static void random(int count, Body body) {
    String only = System.getProperty(PROPERTY);
    if (only != null) {
      runSeed(Long.parseLong(only), body);
      return;
    }
    long cases = (long) count * Integer.getInteger(TIMES_PROPERTY, 1);
    for (long n = 0; n < cases; n++) {
      runSeed(ThreadLocalRandom.current().nextLong(), body);
    }
  }

  /** Runs {@code body} once with the choices that {@code seed} leads to. */
  public static void runSeed(long seed, Body body) {
    run(Gen.random(seed), body, "seed " + seed + ", repeat with -D" + PROPERTY + "=" + seed);
  }

  private static void run(Gen gen, Body body, String name) {
    try {
      body.run(gen);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + name, e);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed in " + name + ": " + e.getMessage(), e);
    }
  }
}
