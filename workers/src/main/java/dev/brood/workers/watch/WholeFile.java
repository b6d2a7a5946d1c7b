package dev.brood.workers.watch;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/** Files that are there whole, or not at all, whatever happens to writer and machine. */
final class WholeFile {
  private static final int BUFFER_BYTES = 64 * 1024;

  private WholeFile() {}

  /** What writes the content. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a file beside it, brings that to disk, and gives it the name. Leaves nothing else. */
  static void replace(Path path, Content content) throws IOException {
    Path directory = Objects.requireNonNull(path.toAbsolutePath().getParent());
    long random = ThreadLocalRandom.current().nextLong();
    Path fresh = directory.resolve(".%s.%016x".formatted(path.getFileName(), random));
    try {
      try (FileChannel file =
          FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
        content.writeTo(out);
        out.flush();
        file.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh); // nothing there unless it failed
    }
    force(directory); // the new name is in there
  }

  /** Brings a file, or the names in a directory, to disk. */
  static void force(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      file.force(true);
    }
  }

  static long crc32c(Path path) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(path)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sum.update(buffer, 0, count);
      }
    }
    return sum.getValue();
  }
}
