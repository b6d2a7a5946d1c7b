package dev.brood.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What /proc says of processes, asked without the engine under test; and bounded waiting. */
final class Look {
  /** Set in the environment of a child to find all that descends from it, wherever it went. */
  static final String MARK = "BROOD_TEST_MARK";

  private static final long PAUSE_NANOS = 1_000_000;
  private static final long LONGEST_LOOK_NANOS = 25_000_000;

  private Look() {}

  /** A value of {@link #MARK} of its own. */
  static String newMark() {
    return UUID.randomUUID().toString();
  }

  /** Whether a process runs: a zombie does not. */
  static boolean lives(long pid) {
    char state = state(pid);
    return state != 0 && state != 'Z' && state != 'X';
  }

  /** The state letter; 0 if there is no such process. */
  static char state(long pid) {
    String rest = stat(pid);
    return rest == null ? 0 : rest.charAt(0);
  }

  static long parent(long pid) {
    return field(pid, 1);
  }

  static long group(long pid) {
    return field(pid, 2);
  }

  static long session(long pid) {
    return field(pid, 3);
  }

  /** The number of its controlling terminal; 0: none. */
  static long terminal(long pid) {
    return field(pid, 4);
  }

  /** The living processes that have {@link #MARK} set to this. */
  static List<Long> marked(String mark) {
    List<Long> found = new ArrayList<>();
    byte[] wanted = (MARK + "=" + mark).getBytes(StandardCharsets.US_ASCII);
    for (long pid : pids()) {
      String environment = text(pid, "environ");
      if (environment != null
          && environment.contains(new String(wanted, StandardCharsets.ISO_8859_1))
          && lives(pid)) {
        found.add(pid);
      }
    }
    return found;
  }

  /** Waits for so many marked processes; one that is in execve(2) has no environment yet. */
  static boolean areMarked(String mark, int count, Duration limit) {
    return until(limit, () -> marked(mark).size() == count);
  }

  /** The living children of a process. */
  static List<Long> children(long parent) {
    return pids().stream().filter(pid -> lives(pid) && parent(pid) == parent).toList();
  }

  /** What the descriptors of a process lead to, from 0 on; empty if it is gone. */
  static List<String> descriptors(long pid) {
    List<String> found = new ArrayList<>();
    String[] numbers = new File("/proc/" + pid + "/fd").list();
    for (String number : numbers == null ? new String[0] : numbers) {
      try {
        found.add(Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd", number)).toString());
      } catch (IOException e) {
        // Closed meanwhile.
      }
    }
    return found;
  }

  /** The first argument of a process; empty if it is gone. */
  static String argv0(long pid) {
    String line = text(pid, "cmdline");
    return line == null || line.isEmpty() ? "" : line.substring(0, line.indexOf('\0'));
  }

  /** What {@code /proc/PID/cgroup} says; empty if the process is gone. */
  static String controlGroup(long pid) {
    String text = text(pid, "cgroup");
    return text == null ? "" : text;
  }

  /** The living sidecars of a JVM. */
  static List<Long> sidecars(long jvm) {
    return children(jvm).stream().filter(pid -> argv0(pid).equals("brood-sidecar")).toList();
  }

  /** Waits until it is so, looking often; false when the time is up. */
  static boolean until(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline >= 0) {
        return condition.getAsBoolean();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /**
   * As {@link #until}, for a promise in time: a look counts as no longer than {@link
   * #LONGEST_LOOK_NANOS}, however long this JVM was kept from it. So the promise holds on a machine
   * that is slow or stands still, where the others get no more done meanwhile than this JVM.
   */
  static boolean within(Duration promise, BooleanSupplier condition) {
    long counted = 0;
    for (long begin = System.nanoTime(); !condition.getAsBoolean(); ) {
      if (counted >= promise.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      long now = System.nanoTime();
      counted += Math.min(now - begin, LONGEST_LOOK_NANOS);
      begin = now;
    }
    return true;
  }

  /** Kills what a test had to leave alive. */
  static void killAll(Iterable<Long> pids) {
    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  private static List<Long> pids() {
    String[] names = new File("/proc").list((root, name) -> Character.isDigit(name.charAt(0)));
    List<Long> found = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      found.add(Long.valueOf(name));
    }
    return found;
  }

  private static long field(long pid, int index) {
    String rest = stat(pid);
    return rest == null ? -1 : Long.parseLong(rest.split(" ")[index]);
  }

  /** From the state on: the name before it may contain anything. */
  private static @Nullable String stat(long pid) {
    String text = text(pid, "stat");
    return text == null ? null : text.substring(text.lastIndexOf(')') + 2);
  }

  private static @Nullable String text(long pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), file));
      return bytes.length == 0 ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return null; // gone, or not ours to read
    }
  }
}
