package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.testkit.Gen;
import java.time.Duration;
import java.util.List;

/** Makes supervisors of up to six children with everything that a child can be described by. */
final class RandomSupervisors {
  private RandomSupervisors() {}

  static Supervisor make(Gen gen) {
    AutoShutdown auto = gen.below(4) == 0 ? gen.oneOf(AutoShutdown.values()) : AutoShutdown.NEVER;
    Supervisor supervisor =
        Supervisor.of(gen.oneOf(Strategy.values()))
            .order(gen.oneOf(Order.values()))
            .intensity(gen.oneOf(0, 1, 5, 1000), Duration.ofSeconds(gen.between(1, 60)))
            .autoShutdown(auto);
    // A child depends on those before it in a hidden order, so there is never a cycle.
    List<String> hidden = gen.shuffled(List.of("a", "b", "c", "d", "e", "f"));
    hidden = hidden.subList(0, gen.between(1, hidden.size()));
    List<Restart> restarts = hidden.stream().map(id -> gen.oneOf(Restart.values())).toList();
    for (String id : gen.shuffled(hidden)) {
      supervisor = supervisor.child(id, spec(gen, hidden, restarts, hidden.indexOf(id), auto));
    }
    return supervisor;
  }

  private static ChildSpec spec(
      Gen gen, List<String> hidden, List<Restart> restarts, int index, AutoShutdown auto) {
    Restart restart = restarts.get(index);
    ChildSpec spec = ChildSpec.of(Command.of("x")).restart(restart).backoff(backoff(gen));
    if (gen.below(4) == 0) {
      spec = spec.shutdown(Shutdown.kill());
    }
    if (gen.below(4) == 0) {
      spec = spec.minimumUptime(Duration.ofSeconds(1));
    }
    if (gen.below(4) == 0) {
      spec =
          spec.health(
              Health.tcp("localhost", 1).whenUnhealthy(gen.oneOf(UnhealthyAction.values())));
    }
    if (gen.below(4) == 0) {
      GiveUp giveUp = GiveUp.after(gen.between(1, 4));
      spec = spec.giveUp(gen.flip() ? giveUp : giveUp.retryEvery(Duration.ofSeconds(40)));
    }
    if (auto != AutoShutdown.NEVER && restart != Restart.PERMANENT && gen.flip()) {
      spec = spec.significant();
    }
    for (int other = 0; other < index; other++) {
      if (gen.below(3) == 0) {
        Condition condition = gen.oneOf(Condition.values());
        boolean possible = !condition.isEnd() || restarts.get(other) != Restart.PERMANENT;
        if (possible && !condition.isEnd() && gen.flip()) {
          spec = spec.boundTo(hidden.get(other), condition);
        } else if (possible) {
          spec = spec.dependsOn(hidden.get(other), condition);
        }
      }
    }
    return spec;
  }

  private static Backoff backoff(Gen gen) {
    return switch (gen.below(3)) {
      case 0 -> Backoff.none();
      case 1 -> Backoff.fixed(Duration.ofSeconds(1));
      default ->
          Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10))
              .jitter(0.5)
              .resetAfter(Duration.ofSeconds(20))
              .fastFirst();
    };
  }
}
