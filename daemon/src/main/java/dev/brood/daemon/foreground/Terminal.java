package dev.brood.daemon.foreground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** What this process' descriptors are connected to, and whether colours are wanted there. */
public final class Terminal {
  private static final Path SELF = Path.of("/proc/self");
  private static final Pattern DEVICE = Pattern.compile("/dev/(pts/\\d+|tty.*|console|hvc\\d+)");

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
