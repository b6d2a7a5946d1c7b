package dev.brood.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code Procfile}: lines {@code NAME: SHELL LINE}; empty lines and {@code #} lines do not
 * count. As in Foreman, the first process gets PORT 5000, the next 5100 and so on; a PORT in the
 * caller's environment is the first one instead.
 */
final class ProcfileReader {
  private static final Pattern ENTRY = Pattern.compile("([A-Za-z0-9_.-]+)\\s*:\\s*(.*?)\\s*");
  private static final int PORT_STEP = 100;

  private final Problems problems;
  private final Path directory;
  private final @Nullable String basePort;

  ProcfileReader(Problems problems, Path directory, @Nullable String basePort) {
    this.problems = problems;
    this.directory = directory;
    this.basePort = basePort;
  }

  List<App> read(String text) {
    List<App> apps = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    int port = firstPort();
    int number = 0;
    boolean empty = true;
    for (String line : text.split("\\R", -1)) {
      number++;
      if (line.isBlank() || line.strip().startsWith("#")) {
        continue;
      }
      empty = false;
      Matcher entry = ENTRY.matcher(line);
      if (!entry.matches()) {
        problems.error(number, 1, "expected NAME: SHELL LINE, found \"" + line.strip() + "\"");
        continue;
      }
      String name = entry.group(1);
      Integer before = lines.putIfAbsent(name, number);
      if (before != null) {
        problems.error(number, 1, "\"" + name + "\" is already the process of line " + before);
      } else if (entry.group(2).isEmpty()) {
        problems.error(number, entry.start(2) + 1, name + ": expected a shell line, found nothing");
      } else {
        apps.add(app(name, entry.group(2), port, number));
        port += PORT_STEP;
      }
    }
    if (empty) {
      problems.error(1, 1, "no process here; expected lines NAME: SHELL LINE");
    }
    return apps;
  }

  private App app(String name, String line, int port, int number) {
    return new App(
        name,
        new Program.ShellLine(line),
        directory,
        Map.of(),
        Map.of(),
        1,
        AppReader.INSTANCE_VARIABLE,
        Optional.empty(),
        port <= 65535 ? OptionalInt.of(port) : OptionalInt.empty(),
        AppReader.KILL_SIGNAL,
        AppReader.KILL_TIMEOUT,
        Supervision.DEFAULT,
        Optional.empty(),
        number);
  }

  private int firstPort() {
    boolean number = basePort != null && basePort.matches("[1-9]\\d{0,4}");
    return number ? Integer.parseInt(basePort) : 5000;
  }
}
