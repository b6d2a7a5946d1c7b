package dev.brood.daemon.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The text of a brood file: UTF-8, with or without a byte order mark, of bounded size. */
final class SourceText {
  /** A brood file is written by a person; more than this is the wrong file. */
  static final int LIMIT_BYTES = 4 * 1024 * 1024;

  private SourceText() {}

  /**
   * Reads a file.
   *
   * @throws ConfigException if it cannot be read, is too large or is not UTF-8
   */
  static String read(Path file, Problems problems) {
    byte[] bytes = bytes(file);
    if (startsWith(bytes, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE)) {
      problems.error(1, 1, "the file is UTF-16; expected UTF-8");
      problems.throwIfAny();
    }
    int start = startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    ByteBuffer buffer = ByteBuffer.wrap(bytes, start, bytes.length - start);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
    } catch (CharacterCodingException _) {
      int line = 1;
      for (int i = 0; i < buffer.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      problems.error(line, 1, "a byte in or after this line is not UTF-8");
      problems.throwIfAny();
      throw new AssertionError("unreachable");
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new ConfigException(file + ": is a directory; expected a brood file");
      }
      if (Files.size(file) > LIMIT_BYTES) {
        throw new ConfigException(file + ": is larger than 4 MiB; expected a brood file");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      throw new ConfigException(file + ": no such file");
    } catch (AccessDeniedException _) {
      throw new ConfigException(file + ": permission denied");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  private static boolean startsWith(byte[] bytes, int... start) {
    boolean same = bytes.length >= start.length;
    for (int i = 0; same && i < start.length; i++) {
      same = (bytes[i] & 0xFF) == start[i];
    }
    return same;
  }
}
