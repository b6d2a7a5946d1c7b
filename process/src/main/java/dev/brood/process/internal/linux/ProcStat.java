package dev.brood.process.internal.linux;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One reading of {@code /proc/PID/stat}: the kernel's own summary of a process.
 *
 * <p>The fields and their order are those of proc_pid_stat(5). The line is taken with one {@code
 * read}, so the values belong to the same moment. Immutable and thread-safe.
 *
 * @param pid process id (field 1)
 * @param comm command name as the kernel keeps it, at most 15 bytes for a user process (field 2)
 * @param state state letter, such as {@code R}, {@code S}, {@code D}, {@code Z}, {@code T} (3)
 * @param parent parent's process id, 0 when there is none in this pid namespace (4)
 * @param group process group id (5)
 * @param session session id (6)
 * @param ttyNumber device number of the controlling terminal, 0 when there is none (7)
 * @param userTicks CPU time in user mode, in clock ticks, all threads together (14)
 * @param systemTicks CPU time in kernel mode, in clock ticks, all threads together (15)
 * @param waitedTicks CPU time of the children that it has waited for, and of those that they had,
 *     in both modes, in clock ticks (16 and 17)
 * @param threads number of threads (20)
 * @param startTicks start time after boot, in clock ticks; with the pid it names one process (22)
 * @param virtualBytes virtual memory size in bytes (23)
 * @param residentPages resident set in pages; the kernel calls this figure inaccurate (24)
 */
public record ProcStat(
    long pid,
    String comm,
    char state,
    long parent,
    long group,
    long session,
    int ttyNumber,
    long userTicks,
    long systemTicks,
    long waitedTicks,
    int threads,
    long startTicks,
    long virtualBytes,
    long residentPages) {

  private static final String ROOT = "/proc";

  /** Longer than any line: 52 fields of at most 20 digits each, and a name of at most 64 bytes. */
  private static final int LINE_LIMIT_BYTES = 2048;

  private static final int FIRST_FIELD_AFTER_NAME = 3;
  private static final int LAST_FIELD_USED = 24;

  /** Whether the process has ended and only waits to be reaped ({@code Z}, or {@code X}). */
  public boolean dead() {
    return state == 'Z' || state == 'X' || state == 'x';
  }

  /**
   * Reads the process {@code pid}.
   *
   * @return null when it has vanished, or when this user may not see it
   * @throws UncheckedIOException if the file is there but no descriptor is left to open it: taking
   *     that for "vanished" would make a tree walk skip living processes
   */
  public static @Nullable ProcStat read(long pid) {
    return read(ROOT, pid);
  }

  /** As {@link #read(long)}, below another root than {@code /proc}. */
  public static @Nullable ProcStat read(String root, long pid) {
    byte[] line = new byte[LINE_LIMIT_BYTES];
    int length = ProcFile.read(root + '/' + pid + "/stat", line);
    return length <= 0 ? null : parse(line, length);
  }

  /**
   * The children of a process, from {@code /proc/PID/task/TID/children} (proc_tid_children(5)):
   * quick, but may miss some unless all of them are stopped, and empty on kernels without it.
   */
  public static List<Long> children(long pid) {
    List<Long> found = new ArrayList<>();
    String[] threads = new File(ROOT + '/' + pid + "/task").list();
    for (String thread : threads == null ? new String[0] : threads) {
      byte[] text = ProcFile.readAll(ROOT + '/' + pid + "/task/" + thread + "/children");
      String children = text == null ? "" : new String(text, StandardCharsets.US_ASCII).strip();
      if (!children.isEmpty()) {
        for (String child : children.split(" ")) {
          found.add(Long.valueOf(child));
        }
      }
    }
    return found;
  }

  /**
   * Lists the ids of all processes that can be seen, in no particular order.
   *
   * @throws UncheckedIOException if {@code /proc} cannot be listed, for instance because no
   *     descriptor is left
   */
  public static long[] pids() {
    return pids(ROOT);
  }

  /** As {@link #pids()}, below another root than {@code /proc}. */
  public static long[] pids(String root) {
    String[] names = new File(root).list();
    if (names == null) {
      throw new UncheckedIOException(new IOException("cannot list " + root));
    }
    long[] pids = new long[names.length];
    int count = 0;
    for (String name : names) {
      long pid = number(name);
      if (pid > 0) {
        pids[count++] = pid;
      }
    }
    return Arrays.copyOf(pids, count);
  }

  /**
   * Reads a line of the form {@code PID (NAME) STATE PARENT ...}.
   *
   * <p>NAME is whatever the process chose: it may hold spaces, line feeds and parentheses, so it
   * ends at the last {@code ')'} of the line.
   *
   * @return null when the line is not of this form or ends too early
   */
  static @Nullable ProcStat parse(byte[] line, int length) {
    int open = indexOf(line, length, '(');
    int close = length - 1;
    while (close > open && line[close] != ')') {
      close--;
    }
    if (open < 2 || close <= open || close + 2 >= length) {
      return null;
    }
    long[] field = new long[LAST_FIELD_USED + 1];
    char state = (char) line[close + 2];
    int at = close + 4;
    for (int number = FIRST_FIELD_AFTER_NAME + 1; number <= LAST_FIELD_USED; number++) {
      int end = at;
      while (end < length && line[end] > ' ') {
        end++;
      }
      if (end <= at) {
        return null;
      }
      field[number] = number(line, at, end);
      at = end + 1;
    }
    return new ProcStat(
        number(line, 0, open - 1),
        new String(line, open + 1, close - open - 1, StandardCharsets.UTF_8),
        state,
        field[4],
        field[5],
        field[6],
        (int) field[7],
        field[14],
        field[15],
        field[16] + field[17],
        (int) field[20],
        field[22],
        field[23],
        field[24]);
  }

  private static int indexOf(byte[] line, int length, char wanted) {
    for (int i = 0; i < length; i++) {
      if (line[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** Unsigned 64-bit fields such as RLIM_INFINITY wrap; none of those that are kept can do so. */
  private static long number(byte[] text, int from, int to) {
    boolean negative = text[from] == '-';
    long value = 0;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return negative ? -value : value;
  }

  private static long number(String name) {
    long value = 0;
    for (int i = 0; i < name.length(); i++) {
      char digit = name.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + (digit - '0');
    }
    return value;
  }
}
