package dev.brood.daemon.foreground;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What a run of {@code up} came to: the exit code and the last line. One thread. */
final class Summary {
  private final SequencedMap<String, Standing> standings = new LinkedHashMap<>();
  private @Nullable Integer failure;
  private int otherwise;
  private int restarts;

  /** How an instance stands now; the last word counts. */
  void stands(String label, Standing standing) {
    standings.remove(label);
    standings.putLast(label, standing);
  }

  /** An instance has failed for good; the first one gives the exit code. */
  void failed(String label, Standing standing, int exitCode) {
    stands(label, standing);
    if (failure == null) {
      failure = exitCode;
    }
  }

  void restarted() {
    restarts++;
  }

  /** Brood itself has failed, not an instance. */
  void failedItself() {
    otherwise = ExitCodes.FAILURE;
  }

  /** A second signal ended what a stop had not. */
  void killedBy(String signal) {
    otherwise = ExitCodes.ofSignal(signal);
  }

  void outputGone() {
    otherwise = ExitCodes.ofSignal("PIPE");
  }

  int exitCode() {
    Integer code = failure;
    return code == null ? otherwise : code;
  }

  /** {@code 1 failed (web), 2 stopped (db, cache), 3 restarts; exit code 1}. */
  String text() {
    Map<Standing, List<String>> labels = new EnumMap<>(Standing.class);
    standings.forEach(
        (label, standing) -> labels.computeIfAbsent(standing, _ -> new ArrayList<>()).add(label));
    List<String> parts = new ArrayList<>();
    labels.forEach((standing, names) ->
        parts.add(names.size() + " " + standing.words() + " (" + String.join(", ", names) + ")"));
    if (restarts > 0) {
      parts.add(restarts + (restarts == 1 ? " restart" : " restarts"));
    }
    return String.join(", ", parts) + "; exit code " + exitCode();
  }
}
