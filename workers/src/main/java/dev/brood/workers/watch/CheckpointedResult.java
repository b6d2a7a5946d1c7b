package dev.brood.workers.watch;

import dev.brood.process.Exit;
import java.util.Optional;

/**
 * How work that saves itself came to its end. Immutable.
 *
 * @param exit the exit of the last run
 * @param ending why it was not run again
 * @param runs how often it was run
 * @param last the newest checkpoint that is kept
 */
public record CheckpointedResult(Exit exit, Ending ending, int runs, Optional<Checkpoint> last) {
  /** Why work is not run again. */
  public enum Ending {
    /** It ended by itself, well or not. */
    DONE,
    /** It asked for another run and had saved nothing new: that could go on for ever. */
    NOTHING_SAVED,
    /** It asked for more runs than it may have. */
    TOO_OFTEN
  }
}
