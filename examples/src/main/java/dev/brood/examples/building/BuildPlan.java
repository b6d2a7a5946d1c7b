package dev.brood.examples.building;

import dev.brood.examples.CommandLine.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The steps of a build in an order in which they can be run. Immutable.
 *
 * @param folder where they run
 * @param steps each behind all that it needs
 * @param needs for each step those that have to be done before: the ones that it names, and those
 *     that make its inputs
 */
record BuildPlan(
    Path folder, SequencedMap<String, Step> steps, Map<String, SequencedSet<String>> needs) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES) // 0 is "not set"
          .build();

  /** The whole of a build file. */
  private record BuildFile(LinkedHashMap<String, Step> steps) {}

  /**
   * Reads a build file.
   *
   * @param wanted the names of steps; only they and what they need are in the plan. Empty: all
   * @throws UsageException if the file is wrong
   */
  static BuildPlan read(Path file, Collection<String> wanted) throws IOException {
    try {
      BuildFile content = JSON.readValue(Files.readString(file), BuildFile.class);
      if (content == null || content.steps() == null || content.steps().isEmpty()) {
        throw new UsageException("has no steps");
      }
      Path folder = file.toAbsolutePath().normalize().getParent();
      return of(folder, content.steps(), wanted.isEmpty() ? content.steps().keySet() : wanted);
    } catch (UsageException e) {
      throw new UsageException(file + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new UsageException(file + ": " + e.getOriginalMessage());
    }
  }

  private static BuildPlan of(Path folder, Map<String, Step> steps, Collection<String> wanted) {
    Map<String, SequencedSet<String>> needs = needs(steps);
    SequencedMap<String, Step> sorted = new LinkedHashMap<>();
    for (String name : wanted) {
      known(name, steps);
      addBehindItsNeeds(name, steps, needs, sorted, new LinkedHashSet<>());
    }
    return new BuildPlan(folder, sorted, needs);
  }

  private static Map<String, SequencedSet<String>> needs(Map<String, Step> steps) {
    Map<String, String> makers = makers(steps);
    Map<String, SequencedSet<String>> needs = new HashMap<>();
    steps.forEach((name, step) -> {
      SequencedSet<String> all = new LinkedHashSet<>(step.needs());
      all.forEach(need -> known(need, steps));
      step.inputs().stream().filter(makers::containsKey).map(makers::get).forEach(all::add);
      needs.put(name, all);
    });
    return needs;
  }

  /** Which step makes a file. */
  private static Map<String, String> makers(Map<String, Step> steps) {
    Map<String, String> makers = new HashMap<>();
    steps.forEach((name, step) -> {
      if (step == null) {
        throw new UsageException("step " + name + " is empty");
      }
      step.objection()
          .ifPresent(objection -> {
            throw new UsageException("step " + name + " " + objection);
          });
      for (String output : step.outputs()) {
        String other = makers.put(output, name);
        if (other != null) {
          throw new UsageException(output + " is made by " + other + " and by " + name);
        }
      }
    });
    return makers;
  }

  private static void known(String name, Map<String, Step> steps) {
    if (!steps.containsKey(name)) {
      throw new UsageException("there is no step " + name);
    }
  }

  /** Depth first; {@code path} are the steps that wait for this one. */
  private static void addBehindItsNeeds(
      String name,
      Map<String, Step> steps,
      Map<String, SequencedSet<String>> needs,
      Map<String, Step> sorted,
      SequencedSet<String> path) {
    if (sorted.containsKey(name)) {
      return;
    }
    if (!path.add(name)) {
      List<String> waiting = List.copyOf(path);
      List<String> circle = waiting.subList(waiting.indexOf(name), waiting.size());
      throw new UsageException("a circle: " + String.join(" needs ", circle) + " needs " + name);
    }
    for (String need : needs.getOrDefault(name, new LinkedHashSet<>())) {
      addBehindItsNeeds(need, steps, needs, sorted, path);
    }
    path.removeLast();
    sorted.put(name, steps.get(name));
  }

  /** All files that a step reads: its inputs, and what the steps make that it needs. */
  Set<String> filesReadBy(String name) {
    Set<String> files = new LinkedHashSet<>(steps.get(name).inputs());
    needs.get(name).forEach(need -> files.addAll(steps.get(need).outputs()));
    return files;
  }
}
