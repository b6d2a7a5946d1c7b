package dev.brood.bench.harness;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a measure: all contestants are started and warmed up, then take turns, a round each, so that
 * a machine whose speed drifts hits all alike. While one runs, the others wait for their next line.
 */
final class Competition {
  private final Path directory;
  private final PrintStream progress;

  Competition(Path directory, PrintStream progress) {
    this.directory = directory;
    this.progress = progress;
  }

  Scores run(Measure measure, Mode mode) {
    Scores scores = new Scores(measure, mode);
    Map<Entry, Opponent> opponents = new LinkedHashMap<>();
    long begin = System.nanoTime();
    try {
      progress.printf("%s, %s: warming up", measure.name(), mode.label());
      for (Entry entry : measure.entries()) {
        enter(entry, scores, opponents);
      }
      for (int round = 1; round <= measure.effort().rounds(); round++) {
        progress.printf(" %d", round);
        takeTurns(scores, opponents);
      }
    } finally {
      opponents.values().forEach(Opponent::close);
    }
    progress.printf(" (%.0f s)%n", (System.nanoTime() - begin) / 1e9);
    return scores;
  }

  private void enter(Entry entry, Scores scores, Map<Entry, Opponent> opponents) {
    Opponent opponent = null;
    try {
      opponent = Opponent.start(entry, scores.mode(), directory);
      double seconds = entry.warms() ? scores.measure().effort().warmSeconds() : 0;
      long until = System.nanoTime() + (long) (seconds * 1e9);
      while (System.nanoTime() < until) {
        opponent.round();
      }
      opponents.put(entry, opponent);
    } catch (IOException e) {
      giveUp(entry, e, scores);
      if (opponent != null) {
        opponent.close();
      }
    }
  }

  private void takeTurns(Scores scores, Map<Entry, Opponent> opponents) {
    for (Map.Entry<Entry, Opponent> turn : List.copyOf(opponents.entrySet())) {
      try {
        scores.add(turn.getKey().name(), turn.getValue().round());
      } catch (IOException e) {
        giveUp(turn.getKey(), e, scores);
        opponents.remove(turn.getKey());
        turn.getValue().close();
      }
    }
  }

  private void giveUp(Entry entry, IOException why, Scores scores) {
    scores.fail(entry.name(), String.valueOf(why.getMessage()));
    progress.printf(" [%s failed: %s]", entry.name(), why.getMessage());
  }
}
