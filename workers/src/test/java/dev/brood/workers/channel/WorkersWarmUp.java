package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.testkit.SpawnWarmUp;

/** Starts children for the census. */
public final class WorkersWarmUp extends SpawnWarmUp {
  /** Used by the census. */
  public WorkersWarmUp() {}

  @Override
  protected void spawn() throws InterruptedException {
    Command.of("true").capture();
  }
}
