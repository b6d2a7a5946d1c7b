package dev.brood.examples.jobs;

import dev.brood.examples.CommandLine.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One piece of long work, as the job file has it. Immutable.
 *
 * @param run the program and its arguments
 * @param environment variables that it gets besides those of this process
 * @param attempts how often in a row it may fail without having saved anything new
 * @param memoryMegabytes with that much, all its processes together, it is stopped; at four fifths
 *     it is asked to save itself. Empty: no limit
 */
record Job(
    List<String> run, Map<String, String> environment, int attempts, OptionalInt memoryMegabytes) {
  private static final int USUAL_ATTEMPTS = 3;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES) // 0 is "not set"
          .build();

  /** The whole of a job file. */
  private record JobFile(LinkedHashMap<String, Job> jobs) {}

  /** What is not in the file becomes what is usual. */
  Job {
    run = run == null ? List.of() : List.copyOf(run);
    environment = environment == null ? Map.of() : Map.copyOf(environment);
    attempts = attempts == 0 ? USUAL_ATTEMPTS : attempts;
    memoryMegabytes = memoryMegabytes == null ? OptionalInt.empty() : memoryMegabytes;
  }

  /**
   * Reads a job file.
   *
   * @throws UsageException if it is wrong
   */
  static SequencedMap<String, Job> read(Path file) throws IOException {
    try {
      JobFile content = JSON.readValue(Files.readString(file), JobFile.class);
      if (content == null || content.jobs() == null || content.jobs().isEmpty()) {
        throw new UsageException("has no jobs");
      }
      content.jobs().forEach(Job::check);
      return content.jobs();
    } catch (UsageException e) {
      throw new UsageException(file + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new UsageException(file + ": " + e.getOriginalMessage());
    }
  }

  private static void check(String name, Job job) {
    if (!name.matches("[\\w.-]+") || job == null || job.run().isEmpty() || job.attempts() < 1) {
      throw new UsageException(
          "job \"" + name + "\" needs a plain name, something to run, and attempts");
    }
  }

  /** What tells it from what it was before its entry was changed. */
  String id() {
    String all = run + "\n" + new TreeMap<>(environment);
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** What sort of work it is: jobs that run the same program are expected to need the same. */
  String kind() {
    return run.getFirst();
  }
}
