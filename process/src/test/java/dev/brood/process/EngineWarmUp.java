package dev.brood.process;

import dev.brood.testkit.SpawnWarmUp;

/** Starts children for the census. */
public final class EngineWarmUp extends SpawnWarmUp {
  /** Used by the census. */
  public EngineWarmUp() {}

  @Override
  protected void spawn() throws InterruptedException {
    Command.of("true").capture();
  }
}
