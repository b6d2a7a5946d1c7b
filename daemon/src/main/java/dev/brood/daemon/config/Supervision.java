package dev.brood.daemon.config;

import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.GiveUp;
import dev.brood.workers.supervise.Restart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a brood file says about the life of an app: when it is restarted, how it is known to be
 * ready and well, and what it waits for. Immutable.
 *
 * @param restart after which ends it is started again
 * @param giveUp with how many deaths in a row it is not restarted any more; empty for never
 * @param backoff how long a restart waits, and how long a run has to be well to end such a row
 * @param successCodes the exit codes that are a success
 * @param significant whether its end for good stops the other apps
 * @param ready how it is known to have come up
 * @param health how it is known to be still well; empty if nobody looks
 * @param needs the apps that each start of it waits for
 */
public record Supervision(
    Restart restart,
    Optional<GiveUp> giveUp,
    Backoff backoff,
    Set<Integer> successCodes,
    boolean significant,
    ReadyCheck ready,
    Optional<HealthCheck> health,
    List<Need> needs) {
  /** How many restarts in a row there are unless set; PM2's number. */
  static final int MAX_RESTARTS = 16;

  /** How long a run has to be ready, unless set, so that the deaths before it are forgotten. */
  static final Duration MIN_UPTIME = Duration.ofMinutes(1);

  /** The waits unless set: none, then 100 ms doubling up to 30 s, up to a fifth shorter. */
  static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30))
          .jitter(0.2)
          .fastFirst()
          .resetAfter(MIN_UPTIME);

  /** What holds for an app that says nothing. */
  static final Supervision DEFAULT =
      new Supervision(
          Restart.TRANSIENT,
          Optional.of(GiveUp.after(MAX_RESTARTS + 1)),
          BACKOFF,
          Set.of(0),
          false,
          ReadyCheck.STARTED,
          Optional.empty(),
          List.of());

  /** Copies the collections. */
  public Supervision {
    successCodes = Set.copyOf(successCodes);
    needs = List.copyOf(needs);
  }
}
