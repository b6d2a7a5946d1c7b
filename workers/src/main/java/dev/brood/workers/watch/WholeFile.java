package dev.brood.workers.watch;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
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

  /**
   * Writes a file beside it, brings that to disk, and gives it the name. Leaves nothing else. An
   * interrupt is no reason to fail.
   */
  static void replace(Path path, CheckpointFile.Content content) throws IOException {
    Path directory = Objects.requireNonNull(path.toAbsolutePath().getParent());
    long random = ThreadLocalRandom.current().nextLong();
    Path fresh = directory.resolve(".%s.%016x".formatted(path.getFileName(), random));
    try {
      // Not by a channel, which an interrupted thread finds closed.
      try (FileOutputStream file = new FileOutputStream(fresh.toFile())) {
        OutputStream out = new BufferedOutputStream(file, BUFFER_BYTES);
        content.writeTo(out);
        out.flush();
        file.getFD().sync();
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh); // nothing there unless it failed
    }
    force(directory); // the new name is in there
  }

  /** Brings a file, or the names in a directory, to disk. An interrupt is no reason to fail. */
  static void force(Path path) throws IOException {
    boolean interrupted = false;
    boolean done = false;
    try {
      while (!done) {
        // A directory can be opened as a channel only, which each interrupt closes.
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
          file.force(true);
          done = true;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
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
