package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Exit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Looks at one child again and again, on a virtual thread, as {@link HealthCore} says. Ends with
 * the child, or when it is closed. Thread-safe.
 */
final class HealthWatch implements AutoCloseable {
  private final HealthCore core;
  private final Health health;
  private final Look look;
  private final CompletableFuture<Exit> exited;
  private final Consumer<HealthChange> changes;
  private final Thread thread;
  private volatile boolean closed;

  private HealthWatch(Health health, Look look, ProbedChild child, Consumer<HealthChange> changes) {
    this.core = new HealthCore(health);
    this.health = health;
    this.look = look;
    this.exited = child.onExit();
    this.changes = changes;
    this.thread = Thread.ofVirtual().name("brood-health-" + child.pid()).unstarted(this::run);
  }

  /** Begins with the first look, at once. */
  static HealthWatch start(
      Health health, Look look, ProbedChild child, Consumer<HealthChange> changes) {
    HealthWatch watch = new HealthWatch(health, look, child, changes);
    watch.thread.start();
    return watch;
  }

  /** Ends it without waiting. A look under way is broken off. Idempotent. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    try {
      List<HealthCore.Effect> effects = core.on(new HealthCore.Event.Begun(System.nanoTime()));
      while (!isOver()) {
        long next = carryOut(effects);
        NANOSECONDS.sleep(next - System.nanoTime());
        long began = System.nanoTime();
        ProbeResult result = look.tryToLook(health.timeout());
        effects = core.on(new HealthCore.Event.Checked(result, began, System.nanoTime()));
      }
    } catch (InterruptedException e) {
      closed = true; // only closing it interrupts it
    }
  }

  private long carryOut(List<HealthCore.Effect> effects) {
    long next = 0;
    for (HealthCore.Effect effect : effects) {
      switch (effect) {
        case HealthCore.Effect.Tell(HealthChange change) -> changes.accept(change);
        case HealthCore.Effect.CheckAt(long nanos) -> next = nanos;
      }
    }
    return next;
  }

  private boolean isOver() {
    return closed || exited.isDone();
  }
}
