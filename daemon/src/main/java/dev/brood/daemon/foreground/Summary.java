package dev.brood.daemon.foreground;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run of {@code up} came to: the exit code and the last line. One thread. */
final class Summary {
  private final Map<Ending.Kind, List<String>> labels = new EnumMap<>(Ending.Kind.class);
  private final List<String> notStarted = new ArrayList<>();
  private @Nullable Integer failure;
  private int otherwise;

  void ended(String label, Ending ending) {
    labels.computeIfAbsent(ending.kind(), _ -> new ArrayList<>()).add(label);
    if (ending.kind() == Ending.Kind.FAILED && failure == null) {
      failure = ending.exitCode();
    }
  }

  void startFailed(String label, int exitCode) {
    notStarted.add(label);
    if (failure == null) {
      failure = exitCode;
    }
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

  /** {@code 1 failed (web), 2 stopped (db, cache); exit code 1}. */
  String text() {
    List<String> parts = new ArrayList<>();
    if (!notStarted.isEmpty()) {
      parts.add(part("not started", notStarted));
    }
    labels.forEach((kind, names) -> parts.add(part(kind.name().toLowerCase(Locale.ROOT), names)));
    return String.join(", ", parts) + "; exit code " + exitCode();
  }

  private static String part(String word, List<String> names) {
    return names.size() + " " + word + " (" + String.join(", ", names) + ")";
  }
}
