package dev.brood.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A thread that is alive.
 *
 * @param id {@link Thread#threadId()}
 * @param name its name, empty for most virtual threads
 * @param virtual whether it is a virtual thread
 * @param place the innermost stack frame outside {@code java.base}, empty when there is none
 */
public record LiveThread(long id, String name, boolean virtual, String place) {

  private static final Pattern HEAD = Pattern.compile("#(\\d+) \"(.*)\" (virtual )?[A-Z_]+ .*");

  /**
   * All living threads by id. Thread groups know platform threads only; a thread dump is the one
   * public way to learn of the virtual ones too. It takes 2 ms or so.
   */
  static SortedMap<Long, LiveThread> all() {
    try {
      Path directory = Files.createTempDirectory("brood-census");
      Path dump = directory.resolve("threads");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return parse(Files.readAllLines(dump));
      } finally {
        Files.deleteIfExists(dump);
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SortedMap<Long, LiveThread> parse(List<String> dump) {
    SortedMap<Long, LiveThread> found = new TreeMap<>();
    LiveThread current = null;
    for (String line : dump) {
      Matcher head = HEAD.matcher(line);
      if (head.matches()) {
        long id = Long.parseLong(head.group(1));
        current = new LiveThread(id, head.group(2), head.group(3) != null, "");
        found.put(id, current);
      } else if (current != null && current.place.isEmpty() && foreignFrame(line)) {
        current = new LiveThread(current.id, current.name, current.virtual, line.strip());
        found.put(current.id, current);
      }
    }
    return found;
  }

  private static boolean foreignFrame(String line) {
    String frame = line.strip();
    return frame.startsWith("at ") && !frame.startsWith("at java.base/");
  }

  @Override
  public String toString() {
    String kind = virtual ? "virtual thread #" : "thread #";
    return kind + id + " \"" + name + "\"" + (place.isEmpty() ? "" : " " + place);
  }
}
