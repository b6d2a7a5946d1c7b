package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Reads the files of the control groups that a process is in, from the innermost up. */
final class ControlGroupReader {
  /** Version 1 writes "no limit" as the largest multiple of a page below 2^63. */
  private static final long UNLIMITED = 1L << 60;

  /** Deeper hierarchies are looked at from the inside up to here. */
  private static final int LEVEL_LIMIT = 32;

  private final List<String> memoryFolders;
  private final List<String> processFolders;

  /** A mounted hierarchy: {@code folder} shows the group called {@code root} and all below it. */
  private record Mount(String root, String folder) {}

  private ControlGroupReader(List<String> memoryFolders, List<String> processFolders) {
    this.memoryFolders = memoryFolders;
    this.processFolders = processFolders;
  }

  /** {@code prefix} goes before all paths; it is empty except in tests. */
  static ControlGroupReader of(String prefix) {
    String groups = text(prefix + "/proc/self/cgroup");
    String mounts = text(prefix + "/proc/self/mountinfo");
    return new ControlGroupReader(
        folders(prefix, groups, mounts, "memory"), folders(prefix, groups, mounts, "pids"));
  }

  ControlGroup read() {
    OptionalLong memoryLimit = OptionalLong.empty();
    OptionalLong memoryRoom = OptionalLong.empty();
    for (String folder : memoryFolders) {
      OptionalLong limit = number(folder, "/memory.max", "/memory.limit_in_bytes");
      OptionalLong used = number(folder, "/memory.current", "/memory.usage_in_bytes");
      if (limit.isPresent() && used.isPresent()) {
        long free = limit.getAsLong() - used.getAsLong() + reclaimable(folder);
        memoryLimit = least(memoryLimit, limit.getAsLong());
        memoryRoom = least(memoryRoom, Math.clamp(free, 0, limit.getAsLong()));
      }
    }
    OptionalLong processLimit = OptionalLong.empty();
    OptionalLong processRoom = OptionalLong.empty();
    for (String folder : processFolders) {
      OptionalLong limit = number(folder, "/pids.max", "/pids.max");
      OptionalLong used = number(folder, "/pids.current", "/pids.current");
      if (limit.isPresent() && used.isPresent()) {
        processLimit = least(processLimit, limit.getAsLong());
        processRoom = least(processRoom, Math.max(0, limit.getAsLong() - used.getAsLong()));
      }
    }
    return new ControlGroup(memoryLimit, memoryRoom, processLimit, processRoom);
  }

  /**
   * The folders of the process's group and of those above it. A controller is in a hierarchy of its
   * own (version 1) or in the common one (version 2, in whose line the list is empty).
   */
  private static List<String> folders(
      String prefix, String groups, String mounts, String controller) {
    for (String line : groups.split("\n")) {
      String[] fields = line.split(":", 3);
      boolean common = fields.length == 3 && fields[1].isEmpty();
      if (fields.length == 3 && Arrays.asList(fields[1].split(",")).contains(controller)) {
        return upwards(prefix, mount(mounts, "cgroup", controller), fields[2]);
      } else if (common && !groups.matches("(?s).*[:,]" + controller + "[:,].*")) {
        return upwards(prefix, mount(mounts, "cgroup2", ""), fields[2]);
      }
    }
    return List.of();
  }

  private static List<String> upwards(String prefix, @Nullable Mount mount, String group) {
    List<String> folders = new ArrayList<>();
    if (mount == null) {
      return folders;
    }
    boolean below = mount.root.equals("/") || (group + '/').startsWith(mount.root + '/');
    String path = below && !mount.root.equals("/") ? group.substring(mount.root.length()) : group;
    if (!below) {
      path = ""; // the mount shows another group's part; its root is what bounds us
    }
    path = path.equals("/") ? "" : path;
    while (folders.size() < LEVEL_LIMIT) {
      folders.add(prefix + mount.folder + path);
      if (path.isEmpty()) {
        break;
      }
      path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
    return folders;
  }

  /** Lines of proc_pid_mountinfo(5): fields, a lone hyphen, type, source, options of the type. */
  private static @Nullable Mount mount(String mounts, String type, String option) {
    for (String line : mounts.split("\n")) {
      int hyphen = line.indexOf(" - ");
      String[] fields = line.split(" ");
      if (hyphen < 0 || fields.length < 5) {
        continue;
      }
      String[] rest = line.substring(hyphen + 3).split(" ");
      boolean matches = rest[0].equals(type);
      if (matches && !option.isEmpty()) {
        matches = rest.length > 2 && Arrays.asList(rest[2].split(",")).contains(option);
      }
      if (matches) {
        return new Mount(fields[3], fields[4]);
      }
    }
    return null;
  }

  /** File pages on the inactive list: the kernel takes those first, and mostly for nothing. */
  private static long reclaimable(String folder) {
    long own = 0;
    StringTokenizer words = new StringTokenizer(text(folder + "/memory.stat"));
    while (words.hasMoreTokens()) {
      String key = words.nextToken();
      String value = words.hasMoreTokens() ? words.nextToken() : "0";
      if (key.equals("total_inactive_file")) {
        return Long.parseLong(value);
      } else if (key.equals("inactive_file")) {
        own = Long.parseLong(value);
      }
    }
    return own;
  }

  private static OptionalLong number(String folder, String file, String olderFile) {
    String text = text(folder + file).strip();
    text = text.isEmpty() ? text(folder + olderFile).strip() : text;
    if (!text.matches("\\d{1,19}")) {
      return OptionalLong.empty(); // "max", or no such file
    }
    long value = Long.parseLong(text);
    return value >= UNLIMITED ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static OptionalLong least(OptionalLong known, long value) {
    return OptionalLong.of(Math.min(known.orElse(value), value));
  }

  private static String text(String path) {
    byte[] bytes = ProcFile.readAll(path);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
