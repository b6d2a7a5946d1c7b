package dev.brood.workers.cluster;

import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a cluster is described by. Changed only as a copy that nobody else has seen yet. */
final class Settings {
  final Fork fork;
  int workers = Runtime.getRuntime().availableProcessors();
  Policy policy = Policy.ROUND_ROBIN;
  String name = "worker";
  Function<ListenAddress, Optional<ListenAddress>> listening = Optional::of;
  BiFunction<Integer, Fork, Fork> each = (id, worker) -> worker;
  @Nullable BiConsumer<ClusterWorker, Message> messageHandler;
  @Nullable Consumer<ClusterEvent> eventHandler;
  @Nullable Object readyMessage;
  Duration drainLimit = Duration.ofSeconds(30);
  Duration killGrace = Duration.ofSeconds(5);
  int restarts;
  Duration restartWindow = Duration.ofMinutes(1);
  int waitingLimit = 512;

  Settings(Fork fork) {
    this.fork = fork;
  }

  Settings copy() {
    Settings copy = new Settings(fork);
    copy.workers = workers;
    copy.policy = policy;
    copy.name = name;
    copy.listening = listening;
    copy.each = each;
    copy.messageHandler = messageHandler;
    copy.eventHandler = eventHandler;
    copy.readyMessage = readyMessage;
    copy.drainLimit = drainLimit;
    copy.killGrace = killGrace;
    copy.restarts = restarts;
    copy.restartWindow = restartWindow;
    copy.waitingLimit = waitingLimit;
    return copy;
  }

  /** A worker's own description. */
  Fork forWorker(int id, Fork of) {
    return each.apply(id, of).command(command -> command.env("NODE_UNIQUE_ID", String.valueOf(id)));
  }
}
