package dev.brood.workers.watch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where this process saves itself, when it is the child. Immutable.
 *
 * <p>What is saved is on disk and whole, or not there at all. A program that has saved itself and
 * wants to be run again ends with exit code {@link Checkpoints#DEFAULT_EXIT_CODE}.
 *
 * @param path the file, whose directory must exist
 */
public record CheckpointFile(Path path) {
  /** What writes a checkpoint. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; the stream is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** The one that the parent has given; empty if it has given none. */
  public static Optional<CheckpointFile> fromEnvironment() {
    String path = System.getenv(Checkpoints.VARIABLE);
    return path == null || path.isBlank()
        ? Optional.empty()
        : Optional.of(new CheckpointFile(Path.of(path)));
  }

  /**
   * What was saved last; empty at a start from the beginning.
   *
   * @throws IOException if it is there and cannot be read
   */
  public Optional<byte[]> load() throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(path);
      return bytes.length == 0 ? Optional.empty() : Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Saves.
   *
   * @throws IllegalArgumentException if there is nothing in it: an empty file is none
   * @throws IOException if it cannot be written; what was saved before is still there then
   */
  public void save(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("an empty checkpoint");
    }
    save(out -> out.write(bytes));
  }

  /**
   * As {@link #save(byte[])}, for what is too large for one array.
   *
   * @throws IOException also what {@code content} throws
   */
  public void save(Content content) throws IOException {
    WholeFile.replace(path, content);
  }
}
