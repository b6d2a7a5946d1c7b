package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.testkit.SpawnWarmUp;

/** Starts children for the census. */
public final class ExamplesWarmUp extends SpawnWarmUp {
  /** Used by the census. */
  public ExamplesWarmUp() {}

  @Override
  protected void spawn() throws InterruptedException {
    Command.of("true").capture();
  }
}
