package dev.brood.workers.channel;

import dev.brood.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A completion file: its being there says that one run of something is done, whoever did it and
 * whether or not the writer still lives. Immutable.
 *
 * <p>It is written under another name, brought to disk and renamed, so nobody sees half of it, and
 * a machine that stops has all of it or nothing. The file is one line of JSON:
 *
 * <pre>{"brood":"marker","run":"the id","pid":7,"time":"2026-01-01T00:00:00Z","body":...}</pre>
 *
 * A file with the id of another run is stale. So is any other file, such as one made by touch(1),
 * that is older than the run; a newer one counts, with its text as body.
 *
 * @param path the file; its directory must exist
 * @param run what tells this run from others
 * @param started when the run began; older files that name no run are stale
 */
public record Marker(Path path, String run, Instant started) {
  /** The longest file that is read. */
  public static final int LIMIT_BYTES = 64 * 1024;

  /** The path, in the environment of a process that is to write it. */
  public static final String PATH_VARIABLE = "BROOD_MARKER";

  /** The run, in the environment of a process that is to write it. */
  public static final String RUN_VARIABLE = "BROOD_MARKER_RUN";

  /** File times are taken from a clock that may be that much behind: a tick of the kernel. */
  private static final Duration CLOCK_STEP = Duration.ofMillis(10);

  /** Checks the values. */
  public Marker {
    Objects.requireNonNull(started, "started");
    if (run.isBlank()) {
      throw new IllegalArgumentException("a run without a name");
    }
    path = path.toAbsolutePath().normalize();
    if (path.getFileName() == null) {
      throw new IllegalArgumentException("not a file: " + path);
    }
  }

  /** For a run that begins now, with an id of its own. */
  public static Marker of(Path path) {
    return new Marker(path, UUID.randomUUID().toString(), Instant.now());
  }

  /** The one that this process is to write; empty if its environment names none. */
  public static Optional<Marker> fromEnvironment() {
    String path = System.getenv(PATH_VARIABLE);
    String run = System.getenv(RUN_VARIABLE);
    boolean named = path != null && run != null && !path.isBlank() && !run.isBlank();
    return named ? Optional.of(new Marker(Path.of(path), run, Instant.EPOCH)) : Optional.empty();
  }

  /** What a process that is to write it needs in its environment. */
  public Map<String, String> environment() {
    return Map.of(PATH_VARIABLE, path.toString(), RUN_VARIABLE, run);
  }

  /** The command with both in its environment: {@code fork.command(marker::giveTo)}. */
  public Command giveTo(Command command) {
    return command.env(PATH_VARIABLE, path.toString()).env(RUN_VARIABLE, run);
  }

  /**
   * Says that the run is done. On disk when it returns; replaces what is there.
   *
   * @param body anything that becomes JSON; null for nothing more
   * @throws EncodingException if the body cannot be written
   * @throws MessageTooLargeException if the file would be longer than {@link #LIMIT_BYTES}
   * @throws UncheckedIOException if the file cannot be written; nothing of it is left then
   */
  public void complete(@Nullable Object body) {
    Map<String, @Nullable Object> content = new LinkedHashMap<>();
    content.put("brood", "marker");
    content.put("run", run);
    content.put("pid", ProcessHandle.current().pid());
    content.put("time", Instant.now().toString());
    content.put("body", body);
    byte[] bytes = Codec.JSON.encode(content);
    if (bytes.length > LIMIT_BYTES) {
      throw new MessageTooLargeException(
          "a marker of %,d bytes; the limit is %,d".formatted(bytes.length, LIMIT_BYTES));
    }
    try {
      write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the marker " + path, e);
    }
  }

  /**
   * What the file says now.
   *
   * @throws UncheckedIOException if it cannot be read although it is there
   */
  public MarkerState state() {
    byte[] bytes;
    Instant written;
    try {
      FileTime time = Files.getLastModifiedTime(path);
      written = time.toInstant();
      bytes = read();
    } catch (NoSuchFileException e) {
      return new MarkerState.Absent();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the marker " + path, e);
    }
    return ofBrood(bytes).orElseGet(() -> foreign(bytes, written));
  }

  /** Watches the file. */
  public MarkerWatch watch() {
    return new MarkerWatch(this);
  }

  /**
   * Removes the file, whatever run it is of.
   *
   * @return whether there was one
   * @throws UncheckedIOException if it cannot be removed
   */
  public boolean remove() {
    try {
      return Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the marker " + path, e);
    }
  }

  private Optional<MarkerState> ofBrood(byte[] bytes) {
    JsonNode content;
    try {
      content = Mappers.JSON.readTree(bytes);
    } catch (JacksonException e) {
      return Optional.empty();
    }
    if (!content.isObject() || !content.path("brood").asString("").equals("marker")) {
      return Optional.empty();
    }
    String of = content.path("run").asString("");
    if (!of.equals(run)) {
      return Optional.of(new MarkerState.Stale("it is of the run \"" + of + "\""));
    }
    JsonNode body = content.path("body");
    return Optional.of(
        new MarkerState.Complete(
            body.isMissingNode() ? null : Mappers.JSON.treeToValue(body, Object.class),
            content.path("pid").asLong(0)));
  }

  private MarkerState foreign(byte[] bytes, Instant written) {
    if (written.isBefore(started.minus(CLOCK_STEP))) {
      return new MarkerState.Stale("it was written at " + written + ", before the run began");
    }
    return new MarkerState.Complete(new String(bytes, StandardCharsets.UTF_8).strip(), 0);
  }

  private byte[] read() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), LIMIT_BYTES));
      while (bytes.hasRemaining() && file.read(bytes) > 0) {
        // reads on
      }
      byte[] read = new byte[bytes.flip().remaining()];
      bytes.get(read);
      return read;
    }
  }

  private void write(byte[] bytes) throws IOException {
    Path directory = Objects.requireNonNull(path.getParent());
    String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path fresh = directory.resolve("." + path.getFileName() + "." + suffix + ".tmp");
    boolean done = false;
    try {
      try (FileChannel file =
          FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
        file.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(fresh);
      }
    }
    // The rename is in the directory, which has to reach the disk too.
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
