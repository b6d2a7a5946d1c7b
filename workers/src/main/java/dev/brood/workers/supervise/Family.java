package dev.brood.workers.supervise;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** The children of one supervisor in the order of their starts, and who depends on whom. */
final class Family {
  private final SequencedMap<String, CoreChild> children = new LinkedHashMap<>();
  private final Map<String, List<CoreChild>> dependents = new HashMap<>();

  void add(CoreChild child) {
    children.put(child.id, child);
    for (Dependency dependency : child.spec.dependencies()) {
      dependents.computeIfAbsent(dependency.on(), _ -> new ArrayList<>()).add(child);
    }
  }

  void remove(CoreChild child) {
    children.remove(child.id);
    dependents.values().forEach(list -> list.remove(child));
    dependents.remove(child.id);
  }

  /** In the order of starts. */
  SequencedCollection<CoreChild> all() {
    return children.sequencedValues();
  }

  Optional<CoreChild> find(String id) {
    return Optional.ofNullable(children.get(id));
  }

  /** A child that is known to be there. */
  CoreChild get(String id) {
    CoreChild child = children.get(id);
    if (child == null) {
      throw new AssertionError("no child " + id + ", and nobody has objected");
    }
    return child;
  }

  int size() {
    return children.size();
  }

  /** Those that wait for it in some way. */
  Collection<CoreChild> dependents(CoreChild child) {
    return dependents.getOrDefault(child.id, List.of());
  }

  /** Those that do not outlive it, directly or by way of others. */
  SequencedSet<CoreChild> boundTo(CoreChild child) {
    SequencedSet<CoreChild> found = new LinkedHashSet<>();
    List<CoreChild> open = new ArrayList<>(List.of(child));
    while (!open.isEmpty()) {
      CoreChild next = open.removeLast();
      for (CoreChild dependent : dependents(next)) {
        if (isBound(dependent, next) && found.add(dependent)) {
          open.add(dependent);
        }
      }
    }
    return found;
  }

  /** Those after it in the order of starts. */
  List<CoreChild> after(CoreChild child) {
    List<CoreChild> later = new ArrayList<>();
    for (CoreChild other : all().reversed()) {
      if (other == child) {
        break;
      }
      later.add(other);
    }
    return later.reversed();
  }

  /** The first thing that a child waits for in another; null if there is nothing. */
  @Nullable Dependency unmet(CoreChild child) {
    for (Dependency dependency : child.spec.dependencies()) {
      if (!on(dependency).meets(dependency.condition())) {
        return dependency;
      }
    }
    return null;
  }

  /** The child that a dependency is on, which cannot be removed before those that depend on it. */
  CoreChild on(Dependency dependency) {
    return get(dependency.on());
  }

  private static boolean isBound(CoreChild child, CoreChild to) {
    return child.spec.dependencies().stream()
        .anyMatch(dependency -> dependency.bound() && dependency.on().equals(to.id));
  }
}
