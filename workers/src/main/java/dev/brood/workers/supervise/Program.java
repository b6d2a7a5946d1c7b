package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;

/** What a child specification starts. */
sealed interface Program {
  /** A program. */
  record OfCommand(Command command) implements Program {}

  /** A program with a channel. */
  record OfFork(Fork fork) implements Program {}

  /** A supervisor with children of its own. */
  record OfSupervisor(Supervisor supervisor) implements Program {}
}
