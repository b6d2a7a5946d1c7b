package dev.brood.daemon.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A named entry of a brood file: a description; nothing has been looked up or started. Maps keep
 * the order of the file.
 *
 * @param name unique in its file, not empty, without control characters
 * @param program what to run
 * @param directory absolute; where the program runs
 * @param environment variables on top of the inherited ones
 * @param variants PM2's {@code env_NAME} maps by NAME, put on top of {@code environment} on demand
 * @param instances as written: positive is a number of copies, 0 is one a processor, negative is
 *     that many fewer than processors; see {@link #instances(int)}
 * @param instanceVariable the variable that tells a copy its number, from 0
 * @param incrementVariable the variable of {@code environment} to which a copy's number is added
 * @param port goes into the variable PORT, plus the copy's number
 * @param killSignal the first signal of a stop, {@code SIGTERM} form
 * @param killTimeout how long a stop waits before SIGKILL
 * @param supervision how it lives: restarts, readiness, health, what it waits for
 * @param progress where it tells how far it has got, if it does
 * @param line where the entry starts in the file, from 1
 */
public record App(
    String name,
    Program program,
    Path directory,
    Map<String, String> environment,
    Map<String, Map<String, String>> variants,
    int instances,
    String instanceVariable,
    Optional<String> incrementVariable,
    OptionalInt port,
    String killSignal,
    Duration killTimeout,
    Supervision supervision,
    Optional<ProgressSource> progress,
    int line) {

  /** Copies the maps. */
  public App {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    Map<String, Map<String, String>> copies = new LinkedHashMap<>();
    variants.forEach((variant, values) ->
        copies.put(variant, Collections.unmodifiableMap(new LinkedHashMap<>(values))));
    variants = Collections.unmodifiableMap(copies);
  }

  /** The number of copies on a machine with so many processors; at least 1. */
  public int instances(int processors) {
    return Math.max(1, instances > 0 ? instances : processors + instances);
  }
}
