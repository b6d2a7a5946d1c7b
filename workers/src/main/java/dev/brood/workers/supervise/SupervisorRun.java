package dev.brood.workers.supervise;

import dev.brood.workers.supervise.Input.Ended;
import dev.brood.workers.supervise.Input.Ready;
import dev.brood.workers.supervise.Input.Started;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A run of a child that is a supervisor. */
final class SupervisorRun implements Run {
  private static final Duration GONE_LIMIT = Duration.ofSeconds(5);

  private final RunningSupervisor supervisor;

  private SupervisorRun(RunningSupervisor supervisor) {
    this.supervisor = supervisor;
  }

  /**
   * Starts it.
   *
   * @param path its name behind those above it
   * @param above gets its events, too
   * @param inbox of the supervisor above
   * @param going the runs that are not gone: it is in there from now on until it is
   */
  static SupervisorRun start(
      Supervisor description,
      String path,
      Effect.Start start,
      Consumer<SupervisorEvent> above,
      Consumer<Input> inbox,
      Set<Run> going) {
    long begun = System.nanoTime();
    RunningSupervisor supervisor = RunningSupervisor.start(description, path, above);
    String id = start.child();
    int run = start.run();
    SupervisorRun nested = new SupervisorRun(supervisor);
    going.add(nested);
    Thread.ofVirtual()
        .name("brood-" + path)
        .start(() -> {
          inbox.accept(new Started(id, run, 0));
          if (supervisor.awaitUp()) {
            inbox.accept(new Ready(id, run));
          }
          SupervisorEnd end = supervisor.onEnd().join();
          Duration lifetime = Duration.ofNanos(System.nanoTime() - begun);
          inbox.accept(new Ended(id, death(run, lifetime, end)));
          supervisor.awaitGone(GONE_LIMIT);
          going.remove(nested);
        });
    return nested;
  }

  RunningSupervisor supervisor() {
    return supervisor;
  }

  @Override
  public void stop(Shutdown how) {
    switch (how) {
      case Shutdown.Within _ -> supervisor.beginStop(new Input.Stop());
      case Shutdown.Kill() -> supervisor.beginStop(new Input.Kill());
    }
  }

  @Override
  public void awaitGone(Duration limit) {
    supervisor.awaitGone(limit);
  }

  private static Death death(int run, Duration lifetime, SupervisorEnd end) {
    return new Death(
        run,
        0,
        Instant.now(),
        lifetime,
        new Ending.SupervisorEnded(end),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }
}
