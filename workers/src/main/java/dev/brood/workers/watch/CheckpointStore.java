package dev.brood.workers.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The directory of one piece of work: {@code current}, which the child replaces, and for each that
 * is kept {@code N.checkpoint} and, written last, {@code N.json}: without that it does not count.
 *
 * <p>A kept file is another name of the very file that the child made (link(2)): as a child
 * replaces and never changes it, keeping costs no copy. Thread-safe.
 */
final class CheckpointStore {
  private static final Pattern DESCRIPTION_FILE = Pattern.compile("\\d{1,18}\\.json");
  private static final Pattern DATA_FILE = Pattern.compile("(\\d{1,18})\\.checkpoint");
  private static final String FRESH = ".fresh";

  /** What a process leaves that is killed while it saves, keeps or restores. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\.current\\..*|\\.fresh|\\.\\d{1,18}\\.json\\..*");

  private static final JsonMapper JSON = new JsonMapper();

  /** By what it is seen that the child has made a new file. */
  private record Version(@Nullable Object key, FileTime modified, long size) {}

  private final Path directory;

  CheckpointStore(Path directory) {
    this.directory = directory;
  }

  Path current() {
    return directory.resolve("current");
  }

  synchronized List<Checkpoint> all() {
    List<Checkpoint> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> DESCRIPTION_FILE.matcher(file.getFileName().toString()).matches())
          .forEach(file -> read(file).ifPresent(found::add));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the checkpoints in " + directory, e);
    }
    found.sort(Comparator.comparingLong(Checkpoint::number));
    return List.copyOf(found);
  }

  Optional<Checkpoint> latest() {
    return all().reversed().stream().filter(CheckpointStore::isWhole).findFirst();
  }

  /** Keeps what the child has saved; empty if that is nothing new. */
  synchronized Optional<Checkpoint> take(String name, int kept) throws IOException {
    List<Checkpoint> known = all();
    Version now = version(current());
    if (now == null || now.size == 0 || isKnown(now, known)) {
      return Optional.empty();
    }
    Path fresh = directory.resolve(FRESH);
    Files.deleteIfExists(fresh);
    try {
      Files.createLink(fresh, current());
    } catch (NoSuchFileException e) {
      return Optional.empty(); // the child has removed it
    }
    WholeFile.force(fresh);
    long number = known.isEmpty() ? 1 : known.getLast().number() + 1;
    Checkpoint checkpoint =
        new Checkpoint(
            number, data(number), Files.size(fresh), WholeFile.crc32c(fresh), Instant.now(), name);
    Files.move(fresh, data(number), StandardCopyOption.ATOMIC_MOVE);
    byte[] description = JSON.writeValueAsBytes(description(checkpoint));
    WholeFile.replace(description(number), out -> out.write(description));
    prune(number - kept);
    return Optional.of(checkpoint);
  }

  synchronized void restore(Checkpoint checkpoint) {
    try {
      Path fresh = directory.resolve(FRESH);
      Files.deleteIfExists(fresh);
      Files.createLink(fresh, checkpoint.path());
      Files.move(fresh, current(), StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(fresh); // rename(2) does nothing if both are names of one file
      WholeFile.force(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restore " + checkpoint, e);
    }
  }

  synchronized void prepare(int kept) {
    try {
      Files.createDirectories(directory);
      removeUnfinished();
      Version now = version(current());
      if (now == null || now.size == 0) {
        latest().ifPresent(this::restore);
      }
      Optional<Checkpoint> unused = take("", kept);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + directory, e);
    }
  }

  synchronized void clear() {
    try {
      remove(name ->
          name.equals("current")
              || UNFINISHED.matcher(name).matches()
              || DATA_FILE.matcher(name).matches()
              || DESCRIPTION_FILE.matcher(name).matches());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear " + directory, e);
    }
  }

  /** Removes what was begun and not finished: also what is kept without a description. */
  private void removeUnfinished() throws IOException {
    remove(name -> {
      Matcher data = DATA_FILE.matcher(name);
      return UNFINISHED.matcher(name).matches()
          || data.matches() && !Files.exists(directory.resolve(data.group(1) + ".json"));
    });
  }

  private void remove(Predicate<String> which) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (which.test(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // There is nothing at all.
    }
  }

  private void prune(long last) throws IOException {
    for (Checkpoint checkpoint : all()) {
      if (checkpoint.number() <= last) {
        delete(checkpoint.number());
      }
    }
  }

  private void delete(long number) throws IOException {
    Files.deleteIfExists(description(number));
    Files.deleteIfExists(data(number));
  }

  private boolean isKnown(Version now, List<Checkpoint> known) throws IOException {
    for (Checkpoint checkpoint : known) {
      if (now.equals(version(checkpoint.path()))) {
        return true;
      }
    }
    return false;
  }

  private Path data(long number) {
    return directory.resolve(number + ".checkpoint");
  }

  private Path description(long number) {
    return directory.resolve(number + ".json");
  }

  private static Map<String, Object> description(Checkpoint checkpoint) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("number", checkpoint.number());
    fields.put("bytes", checkpoint.bytes());
    fields.put("crc32c", checkpoint.crc32c());
    fields.put("taken", checkpoint.taken().toString());
    fields.put("name", checkpoint.name());
    return fields;
  }

  /** What a description says; empty if it is damaged, or its file is gone. */
  private Optional<Checkpoint> read(Path file) {
    try {
      JsonNode fields = JSON.readTree(Files.readAllBytes(file));
      long number = fields.path("number").asLong();
      Checkpoint checkpoint =
          new Checkpoint(
              number,
              data(number),
              fields.path("bytes").asLong(),
              fields.path("crc32c").asLong(),
              Instant.parse(fields.path("taken").asString()),
              fields.path("name").asString());
      return Files.exists(checkpoint.path()) ? Optional.of(checkpoint) : Optional.empty();
    } catch (IOException | JacksonException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(Checkpoint checkpoint) {
    try {
      return Files.size(checkpoint.path()) == checkpoint.bytes()
          && WholeFile.crc32c(checkpoint.path()) == checkpoint.crc32c();
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Version version(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
