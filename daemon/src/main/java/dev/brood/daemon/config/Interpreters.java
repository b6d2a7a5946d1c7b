package dev.brood.daemon.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which program reads a script, by the script's extension. PM2's table, with python3 for python.
 */
public final class Interpreters {
  static final String SUMMARY = ".js node, .py python3, .sh bash or sh, ...";

  private static final Map<String, List<String>> BY_EXTENSION = table();

  private Interpreters() {}

  /**
   * The programs that can read such a script, the preferred one first; empty if the extension is
   * unknown or missing, which means that the file is run itself.
   */
  public static List<String> candidates(String script) {
    String file = script.substring(script.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    String extension = dot <= 0 ? "" : file.substring(dot).toLowerCase(Locale.ROOT);
    return BY_EXTENSION.getOrDefault(extension, List.of());
  }

  private static Map<String, List<String>> table() {
    Map<String, List<String>> table = new LinkedHashMap<>();
    table.put(".js", List.of("node"));
    table.put(".cjs", List.of("node"));
    table.put(".mjs", List.of("node"));
    table.put(".ts", List.of("node"));
    table.put(".py", List.of("python3", "python"));
    table.put(".sh", List.of("bash", "sh"));
    table.put(".rb", List.of("ruby"));
    table.put(".pl", List.of("perl"));
    table.put(".php", List.of("php"));
    return Map.copyOf(table);
  }
}
