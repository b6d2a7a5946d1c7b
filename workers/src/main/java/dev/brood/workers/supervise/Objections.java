package dev.brood.workers.supervise;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says why a supervisor cannot do what a user wants. */
final class Objections {
  private final Supervisor supervisor;
  private final String path;
  private final Family family;

  Objections(Supervisor supervisor, String path, Family family) {
    this.supervisor = supervisor;
    this.path = path;
    this.family = family;
  }

  /**
   * Why a call cannot be taken now; empty if it can.
   *
   * @param ending why the supervisor is ending; null if it is not
   */
  Optional<String> to(Input.Call call, @Nullable SupervisorEnd ending) {
    return switch (call) {
      case Input.Stop() -> Optional.empty();
      case Input.Kill() -> Optional.empty();
      case Input.Add(String id, ChildSpec spec) -> late(ending).or(() -> toAdd(id, spec));
      case Input.Terminate(String id) -> late(ending).or(() -> unknown(id));
      case Input.Restart(String id) ->
          late(ending).or(() -> unknown(id)).or(() -> toRestart(family.get(id)));
      case Input.Delete(String id) ->
          late(ending).or(() -> unknown(id)).or(() -> toDelete(family.get(id)));
    };
  }

  private Optional<String> late(@Nullable SupervisorEnd ending) {
    return ending == null ? Optional.empty() : Optional.of(path + " is ending: " + ending);
  }

  private Optional<String> unknown(String id) {
    return family.find(id).isPresent()
        ? Optional.empty()
        : Optional.of(path + " has no child \"" + id + "\"");
  }

  private Optional<String> toAdd(String id, ChildSpec spec) {
    if (id.isEmpty() || family.find(id).isPresent()) {
      return Optional.of(
          id.isEmpty() ? "the id of a child is empty" : path + " has a child \"" + id + "\"");
    }
    if (family.size() >= supervisor.childLimit()) {
      return Optional.of(path + " can have no more than " + supervisor.childLimit() + " children");
    }
    return ChildRules.objection(
        supervisor, id, spec, other -> family.find(other).map(child -> child.spec).orElse(null));
  }

  private static Optional<String> toRestart(CoreChild child) {
    return child.survived
        ? Optional.of("a process of \"" + child.id + "\" is left that cannot be ended")
        : Optional.empty();
  }

  private Optional<String> toDelete(CoreChild child) {
    boolean over =
        switch (child.state) {
          case STOPPED, COMPLETED, GIVEN_UP -> true;
          case WAITING, BACKING_OFF, STARTING, RUNNING, STOPPING -> false;
        };
    if (!over) {
      return Optional.of("\"" + child.id + "\" is " + child.state + ", terminate it first");
    }
    return family.dependents(child).isEmpty()
        ? Optional.empty()
        : Optional.of("other children depend on \"" + child.id + "\"");
  }
}
