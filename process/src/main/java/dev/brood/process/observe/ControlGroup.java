package dev.brood.process.observe;

import java.util.OptionalLong;

/**
 * How much the control groups (cgroups(7), version 1 or 2) of this JVM leave to it and its
 * children. Every group on the way up counts; the tightest decides. Immutable and thread-safe.
 *
 * @param memoryLimitBytes the least limit on memory; empty when there is none
 * @param memoryRoomBytes what is left below the limits, with file pages that were not used lately
 *     taken for free; empty when there is no limit
 * @param processLimit the least limit on processes and threads; empty when there is none
 * @param processRoom how many more processes and threads may start; empty when there is no limit
 */
public record ControlGroup(
    OptionalLong memoryLimitBytes,
    OptionalLong memoryRoomBytes,
    OptionalLong processLimit,
    OptionalLong processRoom) {

  /** Found when first asked. */
  private static final class Holder {
    static final ControlGroupReader READER = ControlGroupReader.of("");
  }

  /**
   * Looks at the groups that this JVM was in when this was first called.
   *
   * @return the present state; all empty where no control groups are mounted
   * @throws java.io.UncheckedIOException if no descriptor is left to read it
   */
  public static ControlGroup own() {
    return Holder.READER.read();
  }
}
