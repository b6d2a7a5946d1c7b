package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Children;
import dev.brood.workers.event.EventTeller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The workers of a {@link Cluster}, and the sockets that they share. Thread-safe. Belongs in
 * try-with-resources: {@link #close} leaves no worker and no socket behind.
 *
 * <p>When the JVM shuts down, a cluster that still runs is stopped first, with its drain limit: see
 * {@link Children#stopFirst} for how long that may take.
 */
public final class RunningCluster implements AutoCloseable {
  private final Settings settings;
  private final Primary primary;
  private final EventTeller<ClusterEvent> events;
  private final Roster roster;
  private final ReentrantLock changes = new ReentrantLock();
  private final Runnable forgetAtShutdown;

  private RunningCluster(Settings settings) {
    this.settings = settings;
    this.primary = new Primary(settings.policy, settings.listening, settings.waitingLimit);
    this.events = new EventTeller<>("brood-cluster-events-" + settings.name);
    this.roster = new Roster(settings, primary, events);
    this.forgetAtShutdown = Children.stopFirst(this::stopAtShutdown);
  }

  static RunningCluster start(Settings settings) {
    RunningCluster cluster = new RunningCluster(settings);
    if (settings.eventHandler != null) {
      cluster.events.listen(settings.eventHandler);
    }
    boolean started = false;
    try {
      for (int i = 0; i < settings.workers; i++) {
        ClusterWorker unused = cluster.roster.add();
      }
      started = true;
      return cluster;
    } finally {
      if (!started) {
        cluster.close();
      }
    }
  }

  /** The workers whose process or channel is still there, those on their way out included. */
  public List<ClusterWorker> workers() {
    return roster.all();
  }

  /** The worker of an id, if it is still there. */
  public Optional<ClusterWorker> worker(int id) {
    return roster.all().stream().filter(worker -> worker.id() == id).findFirst();
  }

  /**
   * Tells a handler of events from now on; {@link Cluster#onEvent} misses none. All handlers run in
   * order on one virtual thread; one that is {@value EventTeller#MOST_WAITING} events behind misses
   * some, which is logged.
   */
  public RunningCluster onEvent(Consumer<ClusterEvent> handler) {
    events.listen(handler);
    return this;
  }

  /**
   * Waits until every worker serves: it listens, or has sent {@link Cluster#readyMessage}.
   *
   * @return false if time was up before, or one has ended meanwhile
   */
  public boolean awaitReady(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + NANOSECONDS.convert(limit);
    List<ClusterWorker> serving = roster.serving();
    for (ClusterWorker worker : serving) {
      if (!worker.awaitReady(Duration.ofNanos(end - System.nanoTime()))) {
        return false;
      }
    }
    return serving.size() >= roster.wanted();
  }

  /**
   * Replaces every worker, new before old: a new one serves before an old one is taken out of the
   * sockets, which then, after a pause, is told to go, and made to go after the drain limit. Waits
   * for the end of the last old one.
   *
   * <p>If a new one does not come up it is sent away and the old ones stay. Those replaced before
   * are put back if the plan names another program; if it does not, the old program is no more.
   *
   * @return what was done; see {@link ReloadReport#completed}
   * @throws InterruptedException if the thread is interrupted; each worker that is told to go by
   *     then is gone, and the others stay as they are
   * @throws ClusterStoppedException if the cluster is stopping
   */
  public ReloadReport reload(ReloadPlan plan) throws InterruptedException {
    changes.lockInterruptibly();
    try {
      checkRunning();
      return new Reload(settings, roster, primary, plan).run();
    } finally {
      changes.unlock();
    }
  }

  /**
   * Starts workers, without waiting until they serve, or sends the youngest ones away and waits for
   * their end.
   *
   * @return how each worker went that was sent away, by its id
   * @throws IllegalArgumentException if it is not between 1 and 1,024
   * @throws ClusterStoppedException if the cluster is stopping
   */
  public Map<Integer, WorkerEnding> scale(int count) throws InterruptedException {
    Cluster.checkWorkers(count);
    changes.lockInterruptibly();
    try {
      checkRunning();
      roster.want(count);
      List<ClusterWorker> serving = roster.serving();
      for (int i = serving.size(); i < count; i++) {
        ClusterWorker unused = roster.add();
      }
      Farewell farewell = new Farewell(primary, settings.killGrace);
      if (serving.size() > count) {
        farewell.begin(serving.subList(count, serving.size()), settings.drainLimit);
      }
      return farewell.await();
    } finally {
      changes.unlock();
    }
  }

  /**
   * Sends one worker away, within the drain limit and the grace after it, and waits for its end. It
   * is not replaced.
   */
  public WorkerEnding disconnect(ClusterWorker worker) {
    Farewell farewell = new Farewell(primary, settings.killGrace);
    farewell.begin(List.of(worker), settings.drainLimit);
    return farewell.await().getOrDefault(worker.id(), WorkerEnding.BY_ITSELF);
  }

  /**
   * Ends the cluster: no socket takes a connection any more, every worker is told to go, after
   * {@code grace} gets SIGTERM, and SIGKILL after {@link Cluster#killGrace}. Nothing is left when
   * it returns. Idempotent, from any thread; an interrupt ends the grace and stays set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ClusterStopReport stop(Duration grace) {
    Duration drain = ReloadPlan.notNegative(grace);
    long begin = System.nanoTime();
    roster.stopStarting();
    Farewell farewell = new Farewell(primary, settings.killGrace);
    farewell.begin(roster.all(), drain);
    Map<Integer, WorkerEnding> endings = farewell.await();
    primary.close();
    events.close();
    forgetAtShutdown.run();
    return new ClusterStopReport(endings, Duration.ofNanos(System.nanoTime() - begin));
  }

  /** {@link #stop} without any grace before SIGTERM. */
  @Override
  public void close() {
    ClusterStopReport unused = stop(Duration.ZERO);
  }

  @Override
  public String toString() {
    return "Cluster[" + settings.name + " " + roster.all() + "]";
  }

  private void stopAtShutdown() {
    ClusterStopReport unused = stop(settings.drainLimit);
  }

  private void checkRunning() {
    if (roster.isStopping()) {
      throw new ClusterStoppedException(settings.name + ": the cluster is stopping");
    }
  }
}
