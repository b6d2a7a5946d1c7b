package dev.brood.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A process whose parent is this JVM, as {@code /proc} shows it.
 *
 * @param pid process id
 * @param state state letter of proc_pid_stat(5); {@code Z} is a zombie
 * @param commandLine arguments joined by blanks; a zombie has none, so its name stands instead
 */
public record ChildProcess(long pid, char state, String commandLine) {

  /** Whether it has ended without having been reaped. */
  public boolean zombie() {
    return state == 'Z';
  }

  /** All children of this JVM, zombies included, by pid. */
  static SortedMap<Long, ChildProcess> all() {
    SortedMap<Long, ChildProcess> found = new TreeMap<>();
    long self = ProcessHandle.current().pid();
    String[] names = new File("/proc").list((root, name) -> Character.isDigit(name.charAt(0)));
    for (String name : names == null ? new String[0] : names) {
      ChildProcess child = read(Long.parseLong(name), self);
      if (child != null) {
        found.put(child.pid, child);
      }
    }
    return found;
  }

  private static @Nullable ChildProcess read(long pid, long parent) {
    Path directory = Path.of("/proc", Long.toString(pid));
    try {
      String stat = text(directory.resolve("stat"));
      int nameEnd = stat.lastIndexOf(')');
      String[] rest = stat.substring(nameEnd + 2).split(" ", 3);
      if (Long.parseLong(rest[1]) != parent) {
        return null;
      }
      String arguments = text(directory.resolve("cmdline")).replace('\0', ' ').strip();
      String shown =
          arguments.isEmpty() ? stat.substring(stat.indexOf('('), nameEnd + 1) : arguments;
      return new ChildProcess(pid, rest[0].charAt(0), shown);
    } catch (IOException e) {
      return null; // vanished meanwhile
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return (zombie() ? "zombie " : "child ") + pid + " " + commandLine;
  }
}
