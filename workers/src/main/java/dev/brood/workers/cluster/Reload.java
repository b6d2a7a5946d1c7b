package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.ProcessException;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.cluster.ReloadReport.Replacement;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One replacement of all workers, new before old. For one thread. */
final class Reload {
  /** Rounds beyond those needed: for workers of the old kind that are restarted meanwhile. */
  private static final int MORE_ROUNDS = 16;

  private final Roster roster;
  private final Primary primary;
  private final ReloadPlan plan;
  private final Duration drainLimit;
  private final Farewell farewell;
  private final List<Replacement> replacements = new ArrayList<>();
  private final List<ClusterWorker> arrived = new ArrayList<>();

  Reload(Settings settings, Roster roster, Primary primary, ReloadPlan plan) {
    this.roster = roster;
    this.primary = primary;
    this.plan = plan;
    this.drainLimit = settings.drainLimit;
    this.farewell = new Farewell(primary, settings.killGrace);
  }

  ReloadReport run() throws InterruptedException {
    long begin = System.nanoTime();
    Fork before = roster.fork();
    Fork after = plan.fork().orElse(before);
    int generation = roster.generation() + 1;
    boolean rolledBack = false;
    String problem;
    try {
      problem = replaceAll(after, generation);
      if (problem == null) {
        roster.fork(after, generation);
        sendAwaySurplus();
      } else {
        rolledBack = rollBack(before);
      }
    } catch (InterruptedException e) {
      farewell.await();
      throw e;
    }
    return new ReloadReport(
        replacements,
        farewell.await(),
        Optional.ofNullable(problem),
        rolledBack,
        Duration.ofNanos(System.nanoTime() - begin));
  }

  /** Null, or what went wrong. */
  private @Nullable String replaceAll(Fork after, int generation) throws InterruptedException {
    int rounds = roster.serving().size() / plan.atOnce() + 1 + MORE_ROUNDS;
    for (int i = 0; i < rounds; i++) {
      List<ClusterWorker> old = roster.olderThan(generation);
      if (old.isEmpty()) {
        return null;
      }
      String problem = replace(old.stream().limit(plan.atOnce()).toList(), after, generation);
      if (problem != null) {
        return problem;
      }
    }
    return "workers end and are restarted faster than they are replaced";
  }

  private @Nullable String replace(List<ClusterWorker> old, Fork with, int generation)
      throws InterruptedException {
    List<ClusterWorker> young = new ArrayList<>();
    boolean done = false;
    try {
      String problem = bringUp(young, old.size(), with, generation);
      if (problem == null) {
        sendAway(old);
        note(old, young);
        done = true;
      }
      return problem;
    } finally {
      if (!done) {
        farewell.begin(young, Duration.ZERO);
      }
    }
  }

  private @Nullable String bringUp(List<ClusterWorker> young, int count, Fork with, int generation)
      throws InterruptedException {
    try {
      for (int i = 0; i < count; i++) {
        young.add(roster.add(with, generation));
      }
    } catch (ProcessException | WorkersException e) {
      return String.valueOf(e.getMessage());
    }
    long end = System.nanoTime() + NANOSECONDS.convert(plan.readyLimit());
    for (ClusterWorker worker : young) {
      if (!worker.awaitReady(Duration.ofNanos(end - System.nanoTime()))) {
        return worker
            .exit()
            .map(exit -> worker.name() + " ended before it served: " + exit)
            .orElse("%s did not serve within %s".formatted(worker.name(), plan.readyLimit()));
      }
    }
    return null;
  }

  private void sendAway(List<ClusterWorker> old) throws InterruptedException {
    old.forEach(ClusterWorker::expectEnd);
    old.forEach(worker -> primary.retire(worker.member()));
    try {
      boolean unused = roster.pause(plan.pause());
    } finally {
      farewell.begin(old, drainLimit);
    }
  }

  private void note(List<ClusterWorker> old, List<ClusterWorker> young) {
    for (int i = 0; i < old.size(); i++) {
      replacements.add(new Replacement(old.get(i).id(), young.get(i).id()));
    }
    arrived.addAll(young);
  }

  /** An old worker that died meanwhile may have been restarted besides being replaced. */
  private void sendAwaySurplus() {
    List<ClusterWorker> serving = roster.serving();
    int surplus = serving.size() - roster.wanted();
    if (surplus > 0) {
      farewell.begin(serving.reversed().subList(0, surplus), drainLimit);
    }
  }

  /** Whether no worker of the failed kind is left. */
  private boolean rollBack(Fork before) throws InterruptedException {
    if (arrived.isEmpty()) {
      return true;
    }
    if (plan.fork().isEmpty()) {
      return false; // it is the same program: there is nothing to go back to
    }
    for (ClusterWorker young : List.copyOf(arrived)) {
      if (roster.isStopping() || replace(List.of(young), before, roster.generation()) != null) {
        return false;
      }
      forget(young);
    }
    return true;
  }

  /** A replacement that was taken back: the last one noted took its place. */
  private void forget(ClusterWorker young) {
    Replacement back = replacements.removeLast();
    replacements.replaceAll(earlier ->
        earlier.newId() == young.id() ? new Replacement(earlier.oldId(), back.newId()) : earlier);
  }
}
