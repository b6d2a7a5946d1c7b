package dev.brood.workers.supervise;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a child must be like to fit into a supervisor. */
final class ChildRules {
  private ChildRules() {}

  /**
   * Why a child does not fit; empty if it does.
   *
   * @param others gives the other children by id
   */
  static Optional<String> objection(
      Supervisor supervisor,
      String id,
      ChildSpec spec,
      Function<String, @Nullable ChildSpec> others) {
    if (spec.isSignificant() && spec.restart() == Restart.PERMANENT) {
      return Optional.of(
          "\"" + id + "\" cannot be significant: it is permanent, so it never ends for good");
    }
    if (spec.isSignificant() && supervisor.autoShutdown() == AutoShutdown.NEVER) {
      return Optional.of("\"" + id + "\" is significant, but its supervisor has no auto-shutdown");
    }
    return toProgram(id, spec)
        .or(() ->
            spec.dependencies().stream()
                .flatMap(dependency -> objection(id, dependency, others).stream())
                .findFirst());
  }

  private static Optional<String> toProgram(String id, ChildSpec spec) {
    boolean bySelf = spec.readiness().sign() instanceof ReadySign.Started;
    boolean onChannel =
        spec.readiness().sign() instanceof ReadySign.ChannelMessage
            || spec.health().sign() instanceof HealthSign.Ping;
    return switch (spec.program()) {
      case Program.OfFork _ -> Optional.empty();
      case Program.OfCommand _ ->
          onChannel
              ? Optional.of("\"" + id + "\" has no channel to be ready or well on: it is no fork")
              : Optional.empty();
      case Program.OfSupervisor(Supervisor below) ->
          bySelf && spec.health().isNone()
              ? toSupervisor(id, below)
              : Optional.of("\"" + id + "\" is a supervisor: ready with its children, by no sign");
    };
  }

  private static Optional<String> toSupervisor(String id, Supervisor below) {
    try {
      below.check();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("in \"" + id + "\": " + e.getMessage());
    }
  }

  private static Optional<String> objection(
      String id, Dependency dependency, Function<String, @Nullable ChildSpec> others) {
    ChildSpec on = others.apply(dependency.on());
    if (on == null) {
      return Optional.of(
          "\"%s\" waits for \"%s\", which is no child".formatted(id, dependency.on()));
    }
    if (dependency.condition().isEnd() && on.restart() == Restart.PERMANENT) {
      return Optional.of(
          "\"%s\" waits until \"%s\" has %s, but that is permanent: it is always restarted"
              .formatted(id, dependency.on(), dependency.condition()));
    }
    return Optional.empty();
  }
}
