package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.workers.fork.Notification;
import java.util.function.Consumer;

/**
 * What is set up around one start of a child to learn whether it is ready and well. Closed after
 * the child's end. Thread-safe.
 *
 * <p>Used in this order: {@link #prepare}, start {@link #command}, {@link #awaitReady}, {@link
 * #watchHealth}, {@link #close}.
 */
final class Probes implements AutoCloseable {
  private final Command command;

  private Probes(Command command) {
    this.command = command;
  }

  /**
   * Makes what the child needs at its start: sockets, pipes, environment.
   *
   * @param notifications gets what the child tells by sd_notify(3), if it has a notify socket; on
   *     one virtual thread, in order
   * @throws dev.brood.workers.channel.HandleException if there is no descriptor for it left
   */
  static Probes prepare(
      Command command, Readiness readiness, Health health, Consumer<Notification> notifications) {
    return new Probes(command);
  }

  /** The command to start, with all that the probes need. */
  Command command() {
    return command;
  }

  /**
   * Waits until the child is ready, for as long as its readiness allows. Ends early if the child
   * does. What was made for the wait is gone when it returns, also after an interrupt.
   */
  ReadinessResult awaitReady(ProbedChild child) throws InterruptedException {
    return new ReadinessResult.Ready();
  }

  /**
   * Begins to look at the child, which is ready now.
   *
   * @param changes gets what changes, on one virtual thread, in order; it must not block
   * @return what ends it; closing it again, or without having a health to watch, does nothing
   */
  HealthWatch watchHealth(ProbedChild child, Consumer<HealthChange> changes) {
    return new HealthWatch();
  }

  /** Lets go of everything. Idempotent. */
  @Override
  public void close() {}
}
