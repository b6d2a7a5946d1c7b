package dev.brood.process.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** User names by id out of a file like passwd(5), read again when that changes. Thread-safe. */
final class UserNames {
  private final Path file;
  private volatile @Nullable Table table;

  UserNames(Path file) {
    this.file = file;
  }

  /** The name of {@code userId}, or the number itself when the file does not know it. */
  String name(long userId) {
    return table().names.getOrDefault(userId, Long.toString(userId));
  }

  private Table table() {
    Table known = table;
    try {
      FileTime changed = Files.getLastModifiedTime(file);
      if (known == null || !known.changed.equals(changed)) {
        known = new Table(changed, read());
        table = known;
      }
      return known;
    } catch (IOException e) {
      return known == null ? new Table(FileTime.fromMillis(0), Map.of()) : known;
    }
  }

  private Map<Long, String> read() throws IOException {
    Map<Long, String> names = new HashMap<>();
    // ISO 8859-1 never fails; names that are not ASCII are rare enough.
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      String[] fields = line.split(":", 4);
      if (fields.length == 4 && fields[2].matches("\\d{1,18}")) {
        names.putIfAbsent(Long.valueOf(fields[2]), fields[0]);
      }
    }
    return Map.copyOf(names);
  }

  private record Table(FileTime changed, Map<Long, String> names) {}
}
