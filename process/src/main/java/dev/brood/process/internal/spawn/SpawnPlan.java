package dev.brood.process.internal.spawn;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a backend needs to start one child.
 *
 * @param program a bare name to be searched for, or a path with a slash
 * @param arguments argv, {@code argv[0]} included
 * @param environment NAME=value as bytes, each ending in NUL; null: this process's own, untouched
 * @param searchPath the child's PATH; null if it has none
 * @param directory where the child starts; null: where this process is
 * @param wires by the number a descriptor has in the child; 0, 1 and 2 are always there
 * @param leads whether the child leads a group or session
 * @param contained whether a control group shall hold the child and all its descendants, if one can
 *     be made
 * @param pidVariables the environment variables that are set to the child's own pid
 * @param detached whether the child outlives this process: no guard, no stop at shutdown
 * @param headStartNanos how long a start may take longer if the child has ended then; 0: not at all
 */
public record SpawnPlan(
    String program,
    List<String> arguments,
    byte @Nullable [][] environment,
    @Nullable String searchPath,
    @Nullable String directory,
    SortedMap<Integer, Wire> wires,
    Leads leads,
    boolean detached,
    boolean contained,
    List<String> pidVariables,
    long headStartNanos) {

  /** The wire of a descriptor that is surely there. */
  public Wire wire(int number) {
    return Objects.requireNonNull(wires.get(number), () -> "no wire for descriptor " + number);
  }

  /** What a child leads. */
  public enum Leads {
    NOTHING,
    GROUP,
    SESSION
  }
}
