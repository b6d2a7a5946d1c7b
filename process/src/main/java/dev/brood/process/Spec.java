package dev.brood.process;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@link Command}: filled in while one is made from another, never changed later.
 */
final class Spec {
  /** One word of a command line. */
  record Word(String text, boolean secret) {}

  static final Duration DRAIN_GRACE = Duration.ofMillis(250);

  List<Word> words = new ArrayList<>();
  @Nullable String argv0;
  @Nullable Path directory;
  Environment environment = Environment.inherit();
  Stdio.@Nullable Source stdin;
  List<Stdio.Sink> stdout = List.of();
  List<Stdio.Sink> stderr = List.of();
  TreeMap<Integer, Stdio.Extra> extras = new TreeMap<>();
  @Nullable Group group;
  boolean detached;
  boolean contained;
  List<String> pidVariables = List.of();
  @Nullable Duration deadline;
  @Nullable Duration idleLimit;
  StopPlan stopPlan = StopPlan.DEFAULT;
  Duration drainGrace = DRAIN_GRACE;
  @Nullable CompletionStage<?> cancelOn;
  Charset charset = StandardCharsets.UTF_8;
  List<Integer> exitCodes = List.of(0);
  boolean unchecked;
  long outputLimit = Stdio.DEFAULT_CAPTURE_LIMIT;

  Spec copy() {
    Spec copy = new Spec();
    copy.words = new ArrayList<>(words);
    copy.argv0 = argv0;
    copy.directory = directory;
    copy.environment = environment;
    copy.stdin = stdin;
    copy.stdout = stdout;
    copy.stderr = stderr;
    copy.extras = new TreeMap<>(extras);
    copy.group = group;
    copy.detached = detached;
    copy.contained = contained;
    copy.pidVariables = pidVariables;
    copy.deadline = deadline;
    copy.idleLimit = idleLimit;
    copy.stopPlan = stopPlan;
    copy.drainGrace = drainGrace;
    copy.cancelOn = cancelOn;
    copy.charset = charset;
    copy.exitCodes = exitCodes;
    copy.unchecked = unchecked;
    copy.outputLimit = outputLimit;
    return copy;
  }
}
