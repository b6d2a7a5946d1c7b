package dev.brood.workers.supervise;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** Puts children in the order of their starts: as given, but what others depend on before them. */
final class StartOrder {
  private final SequencedMap<String, ChildSpec> children;
  private final Map<String, SequencedSet<String>> waitsFor = new HashMap<>();

  private StartOrder(SequencedMap<String, ChildSpec> children) {
    this.children = children;
    children.forEach((id, spec) -> {
      SequencedSet<String> ids = new LinkedHashSet<>();
      spec.dependencies().forEach(dependency -> ids.add(dependency.on()));
      waitsFor.put(id, ids);
    });
  }

  /**
   * The ids in order. All dependencies must be children.
   *
   * @throws IllegalArgumentException if some form a cycle
   */
  static List<String> of(SequencedMap<String, ChildSpec> children) {
    return new StartOrder(children).sorted();
  }

  private List<String> sorted() {
    List<String> given = List.copyOf(children.sequencedKeySet());
    Map<String, Integer> position = new HashMap<>();
    Map<String, Integer> missing = new HashMap<>();
    Map<String, List<String>> dependents = new HashMap<>();
    PriorityQueue<Integer> free = new PriorityQueue<>();
    for (String id : given) {
      int index = position.size();
      position.put(id, index);
      missing.put(id, before(id).size());
      before(id).forEach(on -> dependents.computeIfAbsent(on, _ -> list()).add(id));
      if (before(id).isEmpty()) {
        free.add(index);
      }
    }
    List<String> sorted = new ArrayList<>();
    while (!free.isEmpty()) {
      String id = given.get(free.remove());
      sorted.add(id);
      for (String dependent : dependents.getOrDefault(id, List.of())) {
        if (missing.merge(dependent, -1, Integer::sum) == 0) {
          free.add(position.get(dependent));
        }
      }
    }
    if (sorted.size() < given.size()) {
      throw new IllegalArgumentException("children wait for each other: " + cycle(sorted));
    }
    return sorted;
  }

  /** One cycle among those that are left, each of which waits for another that is left. */
  private String cycle(List<String> sorted) {
    SequencedSet<String> left = new LinkedHashSet<>(children.sequencedKeySet());
    left.removeAll(new LinkedHashSet<>(sorted));
    SequencedSet<String> path = new LinkedHashSet<>();
    String next = left.getFirst();
    while (path.add(next)) {
      next = before(next).stream().filter(left::contains).findFirst().orElseThrow();
    }
    List<String> walked = List.copyOf(path);
    List<String> members = new ArrayList<>(walked.subList(walked.indexOf(next), walked.size()));
    members.add(next);
    return String.join(" -> ", members);
  }

  private SequencedSet<String> before(String id) {
    return requireNonNull(waitsFor.get(id), id);
  }

  private static List<String> list() {
    return new ArrayList<>();
  }
}
