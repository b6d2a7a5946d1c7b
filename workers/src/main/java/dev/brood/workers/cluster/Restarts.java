package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.ProcessException;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.event.EventTeller;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Replaces workers that end unasked, within a limit. While a replacement is on its way the sockets
 * of the dead one stay open, so that connections wait instead of being refused. Thread-safe.
 */
final class Restarts {
  /** How long sockets are kept open for a replacement that does not serve. */
  private static final Duration HOLD_LIMIT = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 6;

  private final Settings settings;
  private final Roster roster;
  private final Primary primary;
  private final EventTeller<ClusterEvent> events;
  private final Set<Integer> held = new HashSet<>();
  private final Deque<Long> recent = new ArrayDeque<>();

  Restarts(Settings settings, Roster roster, Primary primary, EventTeller<ClusterEvent> events) {
    this.settings = settings;
    this.roster = roster;
    this.primary = primary;
    this.events = events;
  }

  /** A worker is ending, and its sockets may be needed by another: they are held on return. */
  void mayFollow(ClusterWorker worker) {
    if (settings.restarts == 0 || worker.exitedAfterDisconnect()) {
      return;
    }
    synchronized (this) { // so that whoever comes second finds the sockets held
      if (held.add(worker.id())) {
        primary.hold();
      }
    }
  }

  /** A worker is gone altogether. */
  void follow(ClusterWorker worker) {
    synchronized (this) {
      if (!held.remove(worker.id())) {
        if (!worker.exitedAfterDisconnect() && !roster.isStopping()) {
          events.tell(new ClusterEvent.NotRestarted(worker));
        }
        return;
      }
    }
    boolean handedOn = false;
    try {
      handedOn = replace(worker);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody has this thread to interrupt it
    } finally {
      if (!handedOn) {
        primary.release();
      }
    }
  }

  /** Whether a replacement was started, which ends the hold. */
  private boolean replace(ClusterWorker worker) throws InterruptedException {
    for (int failures = 0; isMissing(worker); failures++) {
      if (!permitted()) {
        events.tell(new ClusterEvent.NotRestarted(worker));
        return false;
      }
      try {
        ClusterWorker replacement = roster.add(worker.fork(), worker.generation());
        replacement.whenReadyOrOver(HOLD_LIMIT, primary::release);
        return true;
      } catch (ClusterStoppedException e) {
        return false;
      } catch (ProcessException | WorkersException e) {
        System.getLogger("dev.brood.workers")
            .log(Level.WARNING, worker + " could not be replaced", e);
      }
      boolean unused =
          roster.pause(FIRST_PAUSE.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS)));
    }
    return false;
  }

  private boolean isMissing(ClusterWorker worker) {
    return !worker.exitedAfterDisconnect()
        && !roster.isStopping()
        && roster.serving().size() < roster.wanted();
  }

  private synchronized boolean permitted() {
    long now = System.nanoTime();
    long window = NANOSECONDS.convert(settings.restartWindow);
    while (!recent.isEmpty() && now - recent.getFirst() >= window) {
      recent.removeFirst();
    }
    if (recent.size() >= settings.restarts) {
      return false;
    }
    recent.addLast(now);
    return true;
  }
}
