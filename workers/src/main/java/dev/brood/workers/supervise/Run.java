package dev.brood.workers.supervise;

import java.time.Duration;

/** One run of a child, from its start to its end, which it tells by {@link Input.Ended}. */
interface Run {
  /** Ends it, without waiting for that. A later call can only make it faster. */
  void stop(Shutdown how);

  /** Waits until nothing of it is left, no thread and no descriptor; that long at most. */
  void awaitGone(Duration limit);
}
