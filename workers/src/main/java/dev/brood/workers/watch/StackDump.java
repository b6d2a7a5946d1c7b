package dev.brood.workers.watch;

import dev.brood.process.internal.linux.ProcFile;
import dev.brood.process.observe.ProcessTable;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the kernel tells of where the threads of a tree of processes stand. */
final class StackDump {
  private static final int MOST_LINES = 500;

  private StackDump() {}

  /** A line for each process and thread, with its stack where this user may see it. */
  static String of(long pid) {
    List<String> lines = new ArrayList<>();
    for (ProcessTable.Entry member : ProcessTable.read().tree(pid)) {
      lines.add("process %d (%s) of %d".formatted(member.pid(), member.name(), member.parent()));
      String[] threads = new File("/proc/" + member.pid() + "/task").list();
      for (String thread : threads == null ? new String[0] : threads) {
        if (lines.size() < MOST_LINES) {
          addThread("/proc/" + member.pid() + "/task/" + thread, thread, lines);
        }
      }
    }
    if (lines.size() >= MOST_LINES) {
      lines.subList(MOST_LINES, lines.size()).clear();
      lines.add("(more than " + MOST_LINES + " lines)");
    }
    return String.join("\n", lines);
  }

  /** See proc_pid_wchan(5), proc_pid_stack(5): the latter needs CAP_SYS_ADMIN. */
  private static void addThread(String directory, String thread, List<String> lines) {
    String status = text(directory + "/stat");
    int name = status.lastIndexOf(')');
    if (name < 0 || name + 2 >= status.length()) {
      return; // it has ended
    }
    String waits = text(directory + "/wchan");
    lines.add(
        "  thread %s %s state %s%s"
            .formatted(
                thread,
                status.substring(status.indexOf('('), name + 1),
                status.charAt(name + 2),
                waits.isEmpty() || waits.equals("0") ? "" : " in " + waits));
    text(directory + "/stack").lines().forEach(line -> lines.add("    " + line.strip()));
  }

  private static String text(String path) {
    byte[] bytes = ProcFile.readAll(path);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8).strip();
  }
}
