package dev.brood.workers.cluster;

import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Several workers that serve the same addresses, as a primary of Node's {@code cluster} has them:
 * an unchanged Node server that calls {@code listen} shares the socket with the others. Immutable.
 *
 * <pre>{@code
 * try (RunningCluster cluster = Cluster.of(Fork.node("server.js")).workers(4).start()) {
 *   cluster.awaitReady(Duration.ofSeconds(10));
 *   cluster.reload(ReloadPlan.DEFAULT);
 * }
 * }</pre>
 *
 * <p>A worker that dies is not replaced unless {@link #restartLimit} says so.
 */
public final class Cluster {
  private static final int MOST_WORKERS = 1024;

  private final Settings settings;

  private Cluster(Settings settings) {
    this.settings = settings;
  }

  /** Workers of one program. For Node it has to be a script: {@code node -e} does not take part. */
  public static Cluster of(Fork fork) {
    return new Cluster(new Settings(Objects.requireNonNull(fork)));
  }

  /**
   * With that many workers, as many as there are processors unless set.
   *
   * @throws IllegalArgumentException if it is not between 1 and 1,024
   */
  public Cluster workers(int count) {
    checkWorkers(count);
    return with(copy -> copy.workers = count);
  }

  /** With another policy than round robin. */
  public Cluster policy(Policy other) {
    return with(copy -> copy.policy = Objects.requireNonNull(other));
  }

  /** With a name, from which its workers have theirs: {@code web-1}. */
  public Cluster name(String newName) {
    return with(copy -> copy.name = Objects.requireNonNull(newName));
  }

  /**
   * With a decision about where workers may listen: the address that they get for the one they ask
   * for, or nothing, which is EACCES for them. Another host or path is fine; another port only if
   * they ask for port 0, or they report EADDRINUSE. Called on a worker's reading thread, so it must
   * not wait.
   */
  public Cluster listening(Function<ListenAddress, Optional<ListenAddress>> decision) {
    return with(copy -> copy.listening = Objects.requireNonNull(decision));
  }

  /** With changes to single workers, by their id: a variable, say, or a file for their output. */
  public Cluster each(BiFunction<Integer, Fork, Fork> change) {
    return with(copy -> copy.each = Objects.requireNonNull(change));
  }

  /**
   * With a handler of the workers' ordinary messages. Those of one worker come in order, on a
   * virtual thread of its own; a handler that takes long holds up only that worker.
   */
  public Cluster onMessage(BiConsumer<ClusterWorker, Message> handler) {
    return with(copy -> copy.messageHandler = Objects.requireNonNull(handler));
  }

  /** With a handler of events, from the first; see {@link RunningCluster#onEvent}. */
  public Cluster onEvent(Consumer<ClusterEvent> handler) {
    return with(copy -> copy.eventHandler = Objects.requireNonNull(handler));
  }

  /**
   * With a message by which a worker says that it serves, such as {@code "ready"}. Without, it
   * serves when it listens for the first time.
   */
  public Cluster readyMessage(Object message) {
    return with(copy -> copy.readyMessage = Objects.requireNonNull(message));
  }

  /**
   * With another time for a worker that is told to go to finish what it serves, 30 s unless set.
   * Bounded because a connection that is kept alive, or a request that hangs, keeps a Node worker.
   */
  public Cluster drainLimit(Duration limit) {
    Duration checked = ReloadPlan.notNegative(limit);
    return with(copy -> copy.drainLimit = checked);
  }

  /** With another time between SIGTERM, after the drain limit, and SIGKILL; 5 s unless set. */
  public Cluster killGrace(Duration grace) {
    Duration checked = ReloadPlan.notNegative(grace);
    return with(copy -> copy.killGrace = checked);
  }

  /**
   * Replaces workers that end unasked, so many times within a period at most; beyond that they stay
   * away, and {@link ClusterEvent.NotRestarted} tells. 0 unless set: never.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Cluster restartLimit(int count, Duration period) {
    if (count < 0) {
      throw new IllegalArgumentException("not a number of restarts: " + count);
    }
    Duration checked = ReloadPlan.notNegative(period);
    return with(copy -> {
      copy.restarts = count;
      copy.restartWindow = checked;
    });
  }

  /**
   * With another number of accepted connections per address that may wait for a worker, 512 unless
   * set. Further ones wait in the kernel, as many as the backlog allows.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Cluster waitingLimit(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException("at least one connection waits, not " + connections);
    }
    return with(copy -> copy.waitingLimit = connections);
  }

  /**
   * Starts the workers and returns; {@link RunningCluster#awaitReady} waits until they serve.
   *
   * @throws dev.brood.process.SpawnException if one cannot be started; then none is left
   */
  public RunningCluster start() {
    return RunningCluster.start(settings);
  }

  static void checkWorkers(int count) {
    if (count < 1 || count > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "1 to %,d workers, not %,d".formatted(MOST_WORKERS, count));
    }
  }

  private Cluster with(Consumer<Settings> change) {
    Settings copy = settings.copy();
    change.accept(copy);
    return new Cluster(copy);
  }
}
