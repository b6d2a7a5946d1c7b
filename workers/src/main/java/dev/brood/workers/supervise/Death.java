package dev.brood.workers.supervise;

import dev.brood.process.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The end of one run of a child. Immutable.
 *
 * @param run which run it was, from 1
 * @param pid of its process; 0 if there was none
 * @param at when it was noticed
 * @param lifetime from its start
 * @param ending how it ended
 * @param reason why the supervisor ended it, if it did: not ready in time, unhealthy, ...
 * @param usage what it has used; empty for a supervisor and for one whose end is not known
 * @param lastErrors the last lines of its standard error, up to {@value #MOST_LINES}; empty where
 *     they do not pass through this JVM: see {@link ChildSpec}
 */
public record Death(
    int run,
    long pid,
    Instant at,
    Duration lifetime,
    Ending ending,
    Optional<String> reason,
    Optional<Usage> usage,
    List<String> lastErrors) {
  /** How many lines of standard error are kept at most. */
  public static final int MOST_LINES = 20;

  /** How many deaths of one child are kept at most. */
  public static final int MOST_KEPT = 10;

  /** Copies the list. */
  public Death {
    lastErrors = List.copyOf(lastErrors);
  }

  Death because(String why) {
    return new Death(run, pid, at, lifetime, ending, Optional.of(why), usage, lastErrors);
  }
}
