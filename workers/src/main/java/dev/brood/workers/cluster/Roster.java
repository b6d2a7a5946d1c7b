package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Exit;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The workers that there are, from their start until all of them is put away. Thread-safe. */
final class Roster {
  /** How long a channel may outlive its process: a stranger may have inherited it. */
  private static final Duration CHANNEL_LIMIT = Duration.ofSeconds(2);

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final Settings settings;
  private final Primary primary;
  private final EventTeller<ClusterEvent> events;
  private final Restarts restarts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, ClusterWorker> workers = new LinkedHashMap<>();
  private Fork fork;
  private int wanted;
  private int generation;
  private int lastId;
  private int starting;
  private boolean stopping;

  Roster(Settings settings, Primary primary, EventTeller<ClusterEvent> events) {
    this.settings = settings;
    this.primary = primary;
    this.events = events;
    this.restarts = new Restarts(settings, this, primary, events);
    this.fork = settings.fork;
    this.wanted = settings.workers;
  }

  /** Starts one of the program that the cluster has. */
  ClusterWorker add() {
    Fork program;
    int age;
    lock.lock();
    try {
      program = fork;
      age = generation;
    } finally {
      lock.unlock();
    }
    return add(program, age);
  }

  /**
   * Starts one.
   *
   * @throws ClusterStoppedException if the cluster is stopping
   * @throws dev.brood.process.SpawnException if it cannot be started
   */
  ClusterWorker add(Fork program, int ofGeneration) {
    int id = reserve();
    try {
      ForkedChild child = settings.forWorker(id, program).spawn();
      ClusterWorker worker = new ClusterWorker(id, program, ofGeneration, child, events, settings);
      events.tell(new ClusterEvent.Forked(worker));
      worker.begin(primary);
      boolean wantedStill = enter(worker);
      watch(worker);
      if (!wantedStill) {
        child.close();
        throw new ClusterStoppedException(settings.name + ": the cluster is stopping");
      }
      return worker;
    } finally {
      locked(() -> starting--);
    }
  }

  /** All whose process or channel is still there. */
  List<ClusterWorker> all() {
    lock.lock();
    try {
      return List.copyOf(workers.values());
    } finally {
      lock.unlock();
    }
  }

  /** Those that live and are not told to go. */
  List<ClusterWorker> serving() {
    return all().stream()
        .filter(worker -> worker.exit().isEmpty() && !worker.exitedAfterDisconnect())
        .toList();
  }

  /** Those of them that are older than a generation, the oldest first. */
  List<ClusterWorker> olderThan(int ofGeneration) {
    return serving().stream().filter(worker -> worker.generation() < ofGeneration).toList();
  }

  /** How many there should be. */
  int wanted() {
    lock.lock();
    try {
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  void want(int count) {
    locked(() -> wanted = count);
  }

  Fork fork() {
    lock.lock();
    try {
      return fork;
    } finally {
      lock.unlock();
    }
  }

  /** The program of workers that are started from now on. */
  void fork(Fork newFork, int newGeneration) {
    locked(() -> {
      fork = newFork;
      generation = newGeneration;
    });
  }

  int generation() {
    lock.lock();
    try {
      return generation;
    } finally {
      lock.unlock();
    }
  }

  boolean isStopping() {
    lock.lock();
    try {
      return stopping;
    } finally {
      lock.unlock();
    }
  }

  /** Starts nobody from now on; returns when nobody is being started. */
  void stopStarting() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
      while (starting > 0) {
        changed.awaitUninterruptibly(); // no longer than a start takes
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits that long. False as soon as the cluster stops. */
  boolean pause(Duration length) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = NANOSECONDS.convert(length);
      while (left > 0 && !stopping) {
        left = changed.awaitNanos(left);
      }
      return !stopping;
    } finally {
      lock.unlock();
    }
  }

  private int reserve() {
    lock.lock();
    try {
      if (stopping) {
        throw new ClusterStoppedException(settings.name + ": the cluster is stopping");
      }
      starting++;
      return ++lastId;
    } finally {
      lock.unlock();
    }
  }

  private boolean enter(ClusterWorker worker) {
    lock.lock();
    try {
      workers.put(worker.id(), worker);
      return !stopping;
    } finally {
      lock.unlock();
    }
  }

  private void watch(ClusterWorker worker) {
    ForkedChild child = worker.child();
    CompletableFuture<Void> channelEnd =
        child.channel().onDisconnect().thenRun(() -> disconnected(worker));
    CompletableFuture<Exit> unused =
        child.onExit().whenComplete((exit, lost) -> ended(worker, exit, lost, channelEnd));
  }

  /** The channel has ended, on a virtual thread. */
  private void disconnected(ClusterWorker worker) {
    restarts.mayFollow(worker);
    primary.gone(worker.member());
    worker.disconnected();
    if (!worker.exitedAfterDisconnect()) {
      Thread.ofVirtual().name(worker.name() + "-end").start(() -> endAbandoned(worker));
    }
  }

  /** Without a channel it cannot serve, and a Node worker exits by itself. */
  private void endAbandoned(ClusterWorker worker) {
    try {
      if (!worker.awaitOver(settings.killGrace)) {
        LOGGER.log(Level.WARNING, "{0} has broken its channel and is stopped", worker);
        worker.child().child().stop(settings.killGrace);
      }
    } catch (InterruptedException e) {
      worker.child().child().kill(); // nobody has this thread to interrupt it
    }
  }

  /** The process has ended, on a virtual thread. */
  private void ended(
      ClusterWorker worker,
      @Nullable Exit exit,
      @Nullable Throwable lost,
      CompletableFuture<Void> channelEnd) {
    restarts.mayFollow(worker);
    if (exit == null) {
      LOGGER.log(Level.WARNING, worker + ": how it ended is not known", lost);
    }
    worker.exited(exit == null ? new Exit.Exited(255) : exit);
    awaitChannelEnd(worker, channelEnd);
    worker.child().child().close();
    locked(() -> workers.remove(worker.id()));
    worker.over();
    restarts.follow(worker);
  }

  private static void awaitChannelEnd(ClusterWorker worker, CompletableFuture<Void> channelEnd) {
    try {
      channelEnd.get(CHANNEL_LIMIT.toNanos(), NANOSECONDS);
    } catch (TimeoutException e) {
      worker.child().channel().close();
      channelEnd.join(); // the channel ends at once then
    } catch (ExecutionException e) {
      LOGGER.log(Level.WARNING, worker + ": its end could not be dealt with", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody has this thread to interrupt it
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
