package dev.brood.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes the choices of one test case; {@link Seeds} hands it out.
 *
 * <p>Either random, from a seed, or exhaustive: then the n-th case takes the n-th combination of
 * all choices, in counting order. Not for use by several threads.
 */
public final class Gen {
  private final @Nullable SplittableRandom random;

  /** Exhaustive mode: the choices of this case and how many values each could take. */
  private int[] chosen = new int[16];

  private int[] bounds = new int[16];
  private int used;
  private int given;

  private Gen(@Nullable SplittableRandom random) {
    this.random = random;
  }

  static Gen random(long seed) {
    return new Gen(new SplittableRandom(seed));
  }

  static Gen exhaustive() {
    return new Gen(null);
  }

  /**
   * Goes to the next combination: counts up the last choice that has a value left and forgets those
   * after it.
   *
   * @return false when all combinations have been given
   */
  boolean advance() {
    given = used;
    while (given > 0 && chosen[given - 1] + 1 == bounds[given - 1]) {
      given--;
    }
    used = 0;
    if (given == 0) {
      return false;
    }
    chosen[given - 1]++;
    return true;
  }

  /**
   * A number from 0 to {@code bound - 1}.
   *
   * @throws IllegalArgumentException if {@code bound} is not positive
   */
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive: " + bound);
    }
    if (random != null) {
      return random.nextInt(bound);
    }
    if (used == chosen.length) {
      chosen = Arrays.copyOf(chosen, used * 2);
      bounds = Arrays.copyOf(bounds, used * 2);
    }
    if (used >= given) {
      chosen[used] = 0;
      given = used + 1;
    }
    bounds[used] = bound;
    return chosen[used++];
  }

  /** A number from {@code low} to {@code high}, both included. */
  public int between(int low, int high) {
    return low + below(Math.addExact(Math.subtractExact(high, low), 1));
  }

  /** Either truth value. */
  public boolean flip() {
    return below(2) == 1;
  }

  /** One of {@code options}. */
  @SafeVarargs
  public final <T> T oneOf(T... options) {
    return options[below(options.length)];
  }

  /** One of {@code options}. */
  public <T> T oneOf(List<T> options) {
    return options.get(below(options.size()));
  }

  /** Zero to {@code limit} bytes of any value. */
  public byte[] bytes(int limit) {
    byte[] bytes = new byte[between(0, limit)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) below(256);
    }
    return bytes;
  }

  /** Zero to {@code limit} characters out of {@code alphabet}. */
  public String text(String alphabet, int limit) {
    int[] points = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int left = between(0, limit); left > 0; left--) {
      text.appendCodePoint(points[below(points.length)]);
    }
    return text.toString();
  }

  /** {@code items} in any order. */
  public <T> List<T> shuffled(List<T> items) {
    List<T> left = new ArrayList<>(items);
    List<T> result = new ArrayList<>();
    while (!left.isEmpty()) {
      result.add(left.remove(below(left.size())));
    }
    return result;
  }
}
