package dev.brood.workers.supervise;

import dev.brood.workers.fork.Notification;

/** What a {@link SupervisorCore} is told. */
sealed interface Input {
  /** Time has passed. The first one starts the children. */
  record Tick() implements Input {}

  /** Something about one run of a child; too late for a run that is over, then it is ignored. */
  sealed interface OfRun extends Input {
    String child();

    int run();
  }

  /** It was started. */
  record Started(String child, int run, long pid) implements OfRun {}

  /** It is up, by its readiness. */
  record Ready(String child, int run) implements OfRun {}

  /** It did not come up in time. */
  record NotReady(String child, int run, String reason) implements OfRun {}

  /** Its health has changed. */
  record HealthChanged(String child, int run, HealthChange change) implements OfRun {}

  /** It has said something. */
  record Said(String child, int run, Notification notification) implements OfRun {}

  /** It has ended, or could not be started. The last of a run, and always there. */
  record Ended(String child, Death death) implements OfRun {
    @Override
    public int run() {
      return death.run();
    }
  }

  /**
   * Something that a user wants; asked for an objection before: {@link SupervisorCore#objection}.
   */
  sealed interface Call extends Input {}

  /** One more child. */
  record Add(String child, ChildSpec spec) implements Call {}

  /** Stop a child and leave it stopped. */
  record Terminate(String child) implements Call {}

  /** Start a child again, whatever its state. */
  record Restart(String child) implements Call {}

  /** Forget a child that is not running. */
  record Delete(String child) implements Call {}

  /** Stop all children, and end. */
  record Stop() implements Call {}

  /** Kill all children, and end. */
  record Kill() implements Call {}
}
