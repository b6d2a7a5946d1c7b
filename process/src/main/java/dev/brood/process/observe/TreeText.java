package dev.brood.process.observe;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Draws a {@link ProcessTree} as lines of text. */
final class TreeText {
  private static final String FORM = "%7s  %-8s %9s %9s  %s%s";
  private static final int LEVEL_COLUMNS = 3;

  /** Deeper levels are drawn as if they were at this one. */
  private static final int LEVEL_LIMIT = 64;

  private static final int MIB = 1024 * 1024;

  private TreeText() {}

  static List<String> lines(ProcessTree root) {
    List<String> lines = new ArrayList<>();
    lines.add(FORM.formatted("PID", "STATE", "CPU", "MEMORY", "", "COMMAND"));
    record Place(ProcessTree tree, String own, String below) {}
    Deque<Place> open = new ArrayDeque<>(List.of(new Place(root, "", "")));
    while (!open.isEmpty()) {
      Place place = open.pop();
      lines.add(line(place.tree.process(), place.own));
      List<ProcessTree> children = place.tree.children();
      for (int i = children.size() - 1; i >= 0; i--) {
        boolean last = i == children.size() - 1;
        boolean deep = place.below.length() >= LEVEL_LIMIT * LEVEL_COLUMNS;
        open.push(
            new Place(
                children.get(i),
                place.below + (last ? "└─ " : "├─ "),
                deep ? place.below : place.below + (last ? "   " : "│  ")));
      }
    }
    return List.copyOf(lines);
  }

  private static String line(ProcessInfo process, String branch) {
    return FORM.formatted(
        process.pid(),
        process.state().name().toLowerCase(Locale.ROOT),
        cpu(process.cpuTime()),
        String.format(Locale.ROOT, "%.1f MiB", (double) process.residentBytes() / MIB),
        branch,
        command(process));
  }

  private static String cpu(Duration time) {
    return String.format(
        Locale.ROOT,
        "%d:%02d.%02d",
        time.toMinutes(),
        time.toSecondsPart(),
        time.toMillisPart() / 10);
  }

  /** Arguments come from strangers: nothing in them may move the cursor or end the line. */
  private static String command(ProcessInfo process) {
    String shown =
        process.arguments().isEmpty()
            ? "[" + process.name() + "]"
            : String.join(" ", process.arguments());
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
