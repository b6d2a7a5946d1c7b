package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** A file of lines {@code KEY: VALUE}, as status, io, meminfo and smaps_rollup are. */
final class KeyedLines {
  private static final int KIB = 1024;

  private final Map<String, String> values = new HashMap<>();

  private KeyedLines(String text) {
    text.lines()
        .forEach(line -> {
          int colon = line.indexOf(':');
          if (colon > 0) {
            values.putIfAbsent(line.substring(0, colon), line.substring(colon + 1).strip());
          }
        });
  }

  /** Null when the file has vanished or may not be read. */
  static @Nullable KeyedLines read(String path) {
    byte[] bytes = ProcFile.readAll(path);
    return bytes == null ? null : parse(new String(bytes, StandardCharsets.UTF_8));
  }

  static KeyedLines parse(String text) {
    return new KeyedLines(text);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The {@code index}-th word of the value as a number; 0 when there is none. */
  long number(String key, int index) {
    StringTokenizer words = new StringTokenizer(values.getOrDefault(key, ""));
    for (int skipped = 0; skipped < index && words.hasMoreTokens(); skipped++) {
      String unused = words.nextToken();
    }
    return words.hasMoreTokens() ? Long.parseLong(words.nextToken()) : 0;
  }

  /** A value of the form {@code N kB}, where kB is 1024 bytes, in bytes; 0 when there is none. */
  long bytes(String key) {
    return number(key, 0) * KIB;
  }
}
