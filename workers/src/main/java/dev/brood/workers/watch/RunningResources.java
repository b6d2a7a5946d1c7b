package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.observe.ProcessTable;
import dev.brood.process.observe.SystemInfo;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.event.ThreadEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Measures the resources of children, see {@link Resources}. Thread-safe.
 *
 * <p>A platform thread of its own does it, as a pass over thousands of processes would keep the
 * virtual threads of a whole carrier waiting. While there is no child it sleeps.
 */
public final class RunningResources implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Resources settings;
  private final int cpus;
  private final long intervalNanos;
  private final EventTeller<WatchEvent> events;
  private final ResourcePass pass;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<WatchedChild> children = new LinkedHashSet<>();
  private boolean closed;
  private volatile Duration lastPass = Duration.ZERO;
  private boolean slow;
  private boolean failing;

  RunningResources(Resources settings) {
    this.settings = settings;
    this.cpus = SystemInfo.read().cpus();
    this.intervalNanos = TimeUnit.NANOSECONDS.convert(settings.interval());
    this.events =
        new EventTeller<>(
            "brood-resource-events",
            lost -> new WatchEvent.EventsLost("resources", lost),
            settings.listener());
    this.pass =
        new ResourcePass(
            TreeMeter.Details.SYSTEM,
            System::nanoTime,
            settings.proportionalTime(),
            this::tell,
            this::act);
    this.thread = Thread.ofPlatform().name("brood-resources").daemon().start(this::run);
  }

  /**
   * Measures a child from now on, until it ends, under the name of its program.
   *
   * @throws IllegalStateException if this is closed, or watches as many as it may
   */
  public WatchedChild watch(Child child, Threshold... thresholds) {
    return watch(programOf(child), child, thresholds);
  }

  /**
   * Measures a child from now on, until it ends.
   *
   * @param name by which its events call it; others may have the same
   * @throws IllegalStateException if this is closed, or watches as many as it may
   */
  public WatchedChild watch(String name, Child child, Threshold... thresholds) {
    WatchedChild watched = new WatchedChild(name, child, List.of(thresholds), cpus, this::forget);
    lock.lock();
    try {
      if (closed || children.size() >= settings.childLimit()) {
        throw new IllegalStateException(
            closed ? "closed" : "watches %d children already".formatted(children.size()));
      }
      children.add(watched);
      pass.begin(watched, wantsProportional(watched));
      changed.signal();
    } finally {
      lock.unlock();
    }
    var unused = child.onExit().whenComplete((exit, lost) -> watched.close());
    return watched;
  }

  /** The children that are measured now. */
  public List<WatchedChild> children() {
    lock.lock();
    try {
      return List.copyOf(children);
    } finally {
      lock.unlock();
    }
  }

  /** How long the last pass took. */
  public Duration lastPass() {
    return lastPass;
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends WatchEvent> type) {
    return events.count(type);
  }

  /**
   * Ends the measuring, and tells the events that wait. An action under way goes on. Idempotent;
   * returns within some seconds. An interrupt does not cut that short and stays set.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    children().forEach(WatchedChild::close);
    if (!ThreadEnd.await(thread, CLOSE_LIMIT)) {
      thread.interrupt();
    }
    events.close();
  }

  private static String programOf(Child child) {
    String program = child.command().argv().getFirst();
    return program.substring(program.lastIndexOf('/') + 1);
  }

  private void forget(WatchedChild child) {
    lock.lock();
    try {
      children.remove(child);
    } finally {
      lock.unlock();
    }
    pass.end(child);
    tell(new ResourceEvent.Ended(child));
  }

  private void run() {
    long next = System.nanoTime();
    try {
      while (awaitTurn(next)) {
        long begin = System.nanoTime();
        measure();
        long took = System.nanoTime() - begin;
        lastPass = Duration.ofNanos(took);
        noteSlow(took);
        // An interval that was missed is left out, not made up for.
        next = begin + Math.max(intervalNanos, took);
      }
    } catch (InterruptedException e) {
      // Closed during a pass that took too long.
    }
  }

  /** Waits for a child and for the time; false when closed. */
  private boolean awaitTurn(long next) throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long left = next - System.nanoTime();
        if (children.isEmpty()) {
          changed.await();
        } else if (left > 0) {
          long unused = changed.awaitNanos(left);
        } else {
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void measure() {
    try {
      pass.run(ProcessTable.read(), Instant.now(), children());
      failing = false;
    } catch (RuntimeException e) { // UncheckedIOException for want of descriptors, or a defect
      if (!failing) {
        tell(new ResourceEvent.NotMeasured(e.toString()));
      }
      failing = true;
    }
  }

  private boolean wantsProportional(WatchedChild child) {
    return settings.alwaysProportional()
        || child.cores().stream()
            .anyMatch(core -> core.threshold().figure() == Figure.PROPORTIONAL_BYTES);
  }

  private void noteSlow(long tookNanos) {
    boolean now = tookNanos > intervalNanos;
    if (now && !slow) {
      tell(new ResourceEvent.Slow(Duration.ofNanos(tookNanos), settings.interval()));
    }
    slow = now;
  }

  private void act(WatchedChild child, Threshold threshold) {
    if (threshold.action() instanceof CriticalAction.Tell) {
      return;
    }
    Thread.ofVirtual()
        .name("brood-resource-action-" + child.child().pid())
        .start(() -> {
          if (!child.isClosed()) {
            tell(acted(child, threshold));
          }
        });
  }

  private static ResourceEvent acted(WatchedChild child, Threshold threshold) {
    Optional<String> failure;
    try {
      failure = perform(child, threshold.action());
    } catch (RuntimeException e) {
      failure = Optional.of(e.toString());
    }
    return new ResourceEvent.Acted(child, threshold.figure(), threshold.action(), failure);
  }

  private static Optional<String> perform(WatchedChild child, CriticalAction action) {
    return switch (action) {
      case CriticalAction.Tell() -> Optional.empty();
      case CriticalAction.Send(var signal) ->
          child.child().signal(signal) ? Optional.empty() : Optional.of("not delivered");
      case CriticalAction.Stop(Duration grace) -> {
        var report = child.child().stop(grace);
        yield report.survivors().isEmpty()
            ? Optional.empty()
            : Optional.of("these live on: " + report.survivors());
      }
      case CriticalAction.Run(var code) -> {
        code.accept(child);
        yield Optional.empty();
      }
    };
  }

  private void tell(ResourceEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(event);
    }
    events.tell(event);
  }
}
