package dev.brood.workers.watch;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The end of a file that grows or is replaced, whenever it is another. Not thread-safe. */
final class FileTail {
  /** By what it is seen that a file has changed. */
  record Version(FileTime modified, long size, @Nullable Object key) {}

  private final Source source;
  private @Nullable Version seen;
  private @Nullable String text;

  FileTail(Source source) {
    this.source = source;
  }

  /**
   * What the file ends with, up to its last line feed if it has one, if that is something new: a
   * line that grows is nothing new before it is ended. Looking and reading are not one moment: a
   * text that was read before its version was seen is not new when that version is.
   *
   * @throws IOException if it cannot be read now; it is tried again at the next call then
   */
  Optional<String> next() throws IOException {
    try {
      Version version = source.version().orElse(null);
      if (version == null || version.equals(seen)) {
        return Optional.empty();
      }
      String before = text;
      String now = whole(source.read());
      text = now;
      seen = version;
      return now.equals(before) ? Optional.empty() : Optional.of(now);
    } catch (NoSuchFileException e) {
      seen = null;
      text = null;
      return Optional.empty();
    }
  }

  private static String whole(String text) {
    int end = text.lastIndexOf('\n');
    return end < 0 ? text : text.substring(0, end + 1);
  }

  /** Where the file is looked at and read. */
  interface Source {
    /**
     * Looks at it; empty if it is no regular file, as reading another kind may block.
     *
     * @throws NoSuchFileException if there is nothing
     */
    Optional<Version> version() throws IOException;

    /** Reads its last part, cut within a character and a line perhaps. */
    String read() throws IOException;

    /** A file on this machine, of which that many bytes are read. */
    static Source of(Path path, int mostBytes) {
      return new Source() {
        @Override
        public Optional<Version> version() throws IOException {
          BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
          return now.isRegularFile()
              ? Optional.of(new Version(now.lastModifiedTime(), now.size(), now.fileKey()))
              : Optional.empty();
        }

        @Override
        public String read() throws IOException {
          try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long size = file.length();
            byte[] bytes = new byte[(int) Math.min(size, mostBytes)];
            file.seek(size - bytes.length);
            int count = 0;
            for (int n = 0; n >= 0 && count < bytes.length; count += Math.max(n, 0)) {
              n = file.read(bytes, count, bytes.length - count);
            }
            return new String(bytes, 0, count, StandardCharsets.UTF_8);
          }
        }
      };
    }
  }
}
