package dev.brood.workers.pool;

import dev.brood.process.Exit;
import java.util.Optional;

/** The worker ended while it ran the call: the call may have run whole, in part or not at all. */
public final class WorkerDiedException extends PoolException {
  private static final long serialVersionUID = 1;

  private final transient Death death;
  private final int deaths;

  WorkerDiedException(Death death, int deaths) {
    super(
        (deaths > 1 ? deaths + " workers ended while they ran this call, the last: " : "")
            + death.text());
    this.death = death;
    this.deaths = deaths;
  }

  /** How it ended; empty if that is not known. */
  public Optional<Exit> exit() {
    return death.exit();
  }

  /** The last that it wrote to its standard error; empty if nothing. */
  public String stderr() {
    return death.stderr();
  }

  /** How many workers have ended while they ran this call: more than one if it is idempotent. */
  public int deaths() {
    return deaths;
  }
}
