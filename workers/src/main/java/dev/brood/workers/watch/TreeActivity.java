package dev.brood.workers.watch;

import dev.brood.process.internal.linux.ProcFile;
import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How much a tree of processes had done at one moment; two of them tell whether it did something in
 * between.
 *
 * @param cpuTime CPU time of those that live; the kernel counts in ticks of 10 ms
 * @param ioBytes what they have read and written, wherever to
 * @param processes which they are, by pid and start
 */
record TreeActivity(Duration cpuTime, long ioBytes, Set<ProcessKey> processes) {
  /** One process for as long as the machine runs. */
  record ProcessKey(long pid, long startTicks) {}

  static TreeActivity of(List<ProcessTable.Entry> members) {
    Duration cpuTime = Duration.ZERO;
    long ioBytes = 0;
    Set<ProcessKey> processes = new HashSet<>();
    for (ProcessTable.Entry member : members) {
      if (member.state() == ProcessState.ZOMBIE) {
        continue;
      }
      cpuTime = cpuTime.plus(member.cpuTime());
      ioBytes += ioBytes(member.pid());
      processes.add(new ProcessKey(member.pid(), member.startTicks()));
    }
    return new TreeActivity(cpuTime, ioBytes, processes);
  }

  /** What is different from an earlier one. A process that has ended takes its figures along. */
  Set<Sign> signsSince(TreeActivity earlier) {
    Set<Sign> signs = EnumSet.noneOf(Sign.class);
    if (!processes.equals(earlier.processes)) {
      signs.add(Sign.PROCESSES);
    }
    if (!cpuTime.equals(earlier.cpuTime)) {
      signs.add(Sign.CPU);
    }
    if (ioBytes != earlier.ioBytes) {
      signs.add(Sign.IO);
    }
    return signs;
  }

  /** rchar and wchar of proc_pid_io(5), its first two lines; 0 where this user may not see them. */
  private static long ioBytes(long pid) {
    byte[] text = ProcFile.readAll("/proc/" + pid + "/io");
    if (text == null) {
      return 0;
    }
    long sum = 0;
    for (String line : new String(text, StandardCharsets.US_ASCII).split("\n")) {
      if (line.startsWith("rchar: ") || line.startsWith("wchar: ")) {
        sum += Long.parseLong(line.substring(line.indexOf(' ') + 1));
      }
    }
    return sum;
  }
}
