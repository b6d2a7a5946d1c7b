package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Descriptors;

/** What one descriptor of a child is connected to. */
public sealed interface Wire {
  /** {@code /dev/null}, for reading and writing. */
  record Null() implements Wire {}

  /** This process's descriptor of a number; {@code /dev/null} if that is closed. */
  record Inherit(int number) implements Wire {}

  /** A new pipe that we read from. */
  record PipeFromChild() implements Wire {}

  /** A new pipe that we write to. */
  record PipeToChild() implements Wire {}

  /** A new pair of Unix stream sockets, for both directions. */
  record Socket() implements Wire {}

  /** A file opened by us, with the flags of open(2). */
  record OpenFile(String path, int flags) implements Wire {}

  /**
   * A descriptor of this process.
   *
   * @param handOver whether it is closed here once the child has it, or could not be started
   */
  record Given(int descriptor, boolean handOver) implements Wire {}

  /** Closes what was to be handed over; for a start that is never tried. */
  default void discard() {
    if (this instanceof Given(int descriptor, boolean handOver) && handOver) {
      Descriptors.close(descriptor);
    }
  }

  /** The same as another descriptor of the child, whose wire is not itself a {@code SameAs}. */
  record SameAs(int number) implements Wire {}
}
