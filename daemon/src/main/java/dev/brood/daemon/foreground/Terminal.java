package dev.brood.daemon.foreground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** What this process' descriptors are connected to, and whether colours are wanted there. */
public final class Terminal {
  private static final Path SELF = Path.of("/proc/self");
  private static final Pattern DEVICE = Pattern.compile("/dev/(pts/\\d+|tty.*|console|hvc\\d+)");

  private static final int STANDARD_COLUMNS = 80;
  private static final int LEAST_COLUMNS = 20;
  private static final int MOST_COLUMNS = 500;

  private Terminal() {}

  /**
   * Whether colours go to that descriptor: NO_COLOR (not empty) forbids them, FORCE_COLOR (not
   * empty, not 0) orders them, else a terminal that is not dumb has them. See no-color.org.
   */
  public static boolean colours(int descriptor, Map<String, String> environment) {
    String force = environment.getOrDefault("FORCE_COLOR", "");
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return false;
    }
    if (!force.isEmpty()) {
      return !force.equals("0");
    }
    return isTerminal(descriptor) && !"dumb".equals(environment.get("TERM"));
  }

  /**
   * How wide bars on a terminal are: what COLUMNS says, from 20 to 500, else 80; empty if that
   * descriptor is no terminal that can move its cursor.
   */
  public static OptionalInt barColumns(int descriptor, Map<String, String> environment) {
    if (!isTerminal(descriptor) || "dumb".equals(environment.get("TERM"))) {
      return OptionalInt.empty();
    }
    String columns = environment.getOrDefault("COLUMNS", "");
    int number = columns.matches("\\d{1,4}") ? Integer.parseInt(columns) : STANDARD_COLUMNS;
    return OptionalInt.of(Math.clamp(number, LEAST_COLUMNS, MOST_COLUMNS));
  }

  /** Whether a descriptor of this process is a terminal, by the name of what it is open on. */
  public static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(SELF.resolve("fd").resolve(String.valueOf(descriptor)));
      return DEVICE.matcher(target.toString()).matches();
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  /**
   * Whether this process is in its terminal's foreground group, so that a Ctrl-C there reaches the
   * whole group. Source: proc(5), fields 5 (pgrp), 7 (tty_nr) and 8 (tpgid) of stat.
   */
  static boolean isForeground() {
    try {
      String stat = Files.readString(SELF.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return !fields[4].equals("0") && fields[2].equals(fields[5]);
    } catch (IOException _) {
      return false;
    }
  }
}
