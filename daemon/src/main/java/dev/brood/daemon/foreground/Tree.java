package dev.brood.daemon.foreground;

import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessTree;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A tree of processes as text, one line each. */
public final class Tree {
  private static final String FORMAT = "%8s  %-10s %7s %10s  %s";

  private Tree() {}

  /**
   * Looks at a process and its descendants twice and prints the second reading.
   *
   * @param interval time between the two, over which CPU is measured; zero takes the average since
   *     each process started
   * @param width columns after which a line is cut; 0 cuts none
   * @return a heading, a line a process and the sums; empty if there is no such process
   */
  public static Optional<List<String>> lines(long pid, Duration interval, int width)
      throws InterruptedException {
    Optional<ProcessTree> before = interval.isZero() ? Optional.empty() : ProcessTree.of(pid);
    if (before.isPresent()) {
      Thread.sleep(interval);
    }
    return ProcessTree.of(pid)
        .map(tree ->
            lines(tree, before, Instant.now()).stream().map(line -> cut(line, width)).toList());
  }

  private static List<String> lines(ProcessTree tree, Optional<ProcessTree> before, Instant now) {
    Map<Long, ProcessInfo> earlier = new HashMap<>();
    before.ifPresent(
        first -> first.processes().forEach(process -> earlier.put(process.pid(), process)));
    List<String> lines = new ArrayList<>();
    lines.add(FORMAT.formatted("PID", "STATE", "CPU %", "MEMORY", "COMMAND"));
    double[] sum = {0};
    branch(
        tree,
        "",
        "",
        (info, lead) -> {
          double cpu = cpu(info, earlier.get(info.pid()), now);
          sum[0] += cpu;
          lines.add(line(info, cpu, lead));
        });
    if (tree.size() > 1) {
      String text = tree.size() + " processes, " + tree.threads() + " threads";
      lines.add(FORMAT.formatted("", "", percent(sum[0]), bytes(tree.residentBytes()), text));
    }
    return lines;
  }

  private interface Visitor {
    void visit(ProcessInfo info, String lead);
  }

  /** Depth first; {@code lead} stands before this one, {@code below} before its children. */
  private static void branch(ProcessTree tree, String lead, String below, Visitor visitor) {
    visitor.visit(tree.process(), lead);
    int last = tree.children().size() - 1;
    for (int i = 0; i <= last; i++) {
      boolean more = i < last;
      branch(
          tree.children().get(i),
          below + (more ? "├─ " : "└─ "),
          below + (more ? "│  " : "   "),
          visitor);
    }
  }

  private static double cpu(ProcessInfo info, @Nullable ProcessInfo before, Instant now) {
    if (before != null && before.sameProcess(info)) {
      return info.cpuPercentSince(before);
    }
    long lived = Duration.between(info.startedAt(), now).toMillis();
    return lived <= 0 ? 0 : 100.0 * info.cpuTime().toMillis() / lived;
  }

  private static String line(ProcessInfo info, double cpu, String lead) {
    String state = info.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String command =
        info.arguments().isEmpty() ? "[" + info.name() + "]" : String.join(" ", info.arguments());
    return FORMAT.formatted(
        info.pid(), state, percent(cpu), bytes(info.residentBytes()), lead + printable(command));
  }

  private static String printable(String command) {
    StringBuilder text = new StringBuilder();
    command
        .codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  private static String cut(String line, int width) {
    if (width == 0 || line.codePointCount(0, line.length()) <= width) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static String percent(double cpu) {
    return String.format(Locale.ROOT, "%.1f", cpu);
  }

  /** {@code 812 K}, {@code 3.4 M}, {@code 120 M}: three digits are enough to compare. */
  static String bytes(long bytes) {
    String[] units = {"B", "K", "M", "G", "T"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    String form = unit > 0 && value < 10 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, form, value, units[unit]);
  }
}
