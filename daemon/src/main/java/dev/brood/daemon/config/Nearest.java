package dev.brood.daemon.config;

import java.util.Collection;
import java.util.Optional;

/** Finds the known word that a misspelt one most likely means. */
final class Nearest {
  private Nearest() {}

  /**
   * The candidate with the smallest edit distance (insertions, deletions, replacements, swaps of
   * neighbours), if it is at most a third of the word's length, and at least 1. Case and {@code _
   * -} do not count. Among equals the first one.
   */
  static Optional<String> of(String word, Collection<String> candidates) {
    String plain = plain(word);
    int best = Math.max(1, plain.length() / 3) + 1;
    String nearest = null;
    for (String candidate : candidates) {
      int distance = distance(plain, plain(candidate));
      if (distance < best) {
        best = distance;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest);
  }

  private static String plain(String word) {
    return word.toLowerCase(java.util.Locale.ROOT).replace("_", "").replace("-", "");
  }

  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 ? j : j == 0 ? i : step(a, b, i, j, cost);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int step(String a, String b, int i, int j, int[][] cost) {
    int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
