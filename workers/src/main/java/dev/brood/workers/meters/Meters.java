package dev.brood.workers.meters;

import dev.brood.workers.pool.PoolEvent;
import dev.brood.workers.pool.Worker;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.supervise.BreakerEvent;
import dev.brood.workers.supervise.BreakerState;
import dev.brood.workers.supervise.ChildState;
import dev.brood.workers.supervise.CircuitBreaker;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.SupervisorEvent;
import dev.brood.workers.watch.AdmissionEvent;
import dev.brood.workers.watch.CheckpointEvent;
import dev.brood.workers.watch.Figure;
import dev.brood.workers.watch.HeartbeatEvent;
import dev.brood.workers.watch.Level;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.ProgressTracker;
import dev.brood.workers.watch.Refusal;
import dev.brood.workers.watch.ResourceEvent;
import dev.brood.workers.watch.RunningCheckpoints;
import dev.brood.workers.watch.RunningHeartbeats;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.WatchedChild;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Shows what runs as meters of a Micrometer registry, until {@link #close}. Thread-safe.
 *
 * <p>Nothing is sampled and nothing is listened to: each meter reads, when the registry asks, what
 * the running thing knows or has counted. All meters of one thing have a tag with its name; the
 * other tags have a few values that are known beforehand, such as the states of a child. Their
 * names are in docs/guide/events-and-meters.
 *
 * <p>Two things of one kind and name in one registry are refused with an {@link
 * IllegalStateException}.
 */
public final class Meters implements AutoCloseable {
  private static final double WHOLE = 100;

  private final MeterRegistry registry;
  private final List<Meter> added = new ArrayList<>();

  private Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Meters in a registry, none yet. */
  public static Meters in(MeterRegistry registry) {
    return new Meters(registry);
  }

  /** Adds {@code brood.supervisor}, tagged with its {@link RunningSupervisor#name}. */
  public synchronized Meters supervisor(RunningSupervisor supervisor) {
    MeterGroup<RunningSupervisor> group = group("supervisor", supervisor.name(), supervisor);
    for (ChildState state : ChildState.values()) {
      group
          .with("state", lower(state))
          .gauge(
              "children",
              "children",
              "Children in this state",
              known -> known.children().stream().filter(child -> child.state() == state).count());
    }
    group.counter(
        "starts", "Starts, here and below", it -> it.eventCount(SupervisorEvent.Started.class));
    group.counter(
        "ready", "Children that came up", it -> it.eventCount(SupervisorEvent.Ready.class));
    group.counter(
        "ends", "Ends of runs, asked for or not", it -> it.eventCount(SupervisorEvent.Ended.class));
    group.counter("restarts", "Restarts", it -> it.eventCount(SupervisorEvent.Restarting.class));
    group.counter(
        "unhealthy",
        "Times that one was not well",
        it -> it.eventCount(SupervisorEvent.Unhealthy.class));
    group.counter(
        "given.up",
        "Times that one was given up",
        it -> it.eventCount(SupervisorEvent.GivenUp.class));
    return this;
  }

  /** Adds {@code brood.pool}, tagged with that name. */
  public synchronized Meters pool(String name, WorkerPool<?, ?> pool) {
    MeterGroup<WorkerPool<?, ?>> group = group("pool", name, pool);
    group
        .with("result", "answered")
        .timer(
            "calls",
            "Calls from their arrival to their answer",
            known -> known.callCounts().answered(),
            known -> known.callCounts().answeredNanos());
    group
        .with("result", "failed")
        .timer(
            "calls",
            "Calls from their arrival to their failure",
            known -> known.callCounts().failed(),
            known -> known.callCounts().failedNanos());
    group.gauge("calls.waiting", "calls", "Calls that wait for a worker", WorkerPool::waiting);
    group.gauge(
        "calls.running",
        "calls",
        "Calls that workers have been sent and have not answered",
        known -> known.workers().stream().mapToInt(Worker::running).sum());
    for (Worker.Phase phase : Worker.Phase.values()) {
      group
          .with("phase", lower(phase))
          .gauge(
              "workers",
              "workers",
              "Workers in this phase",
              known -> known.workers().stream().filter(it -> it.phase() == phase).count());
    }
    group.counter(
        "calls.retried",
        "Calls repeated as their worker died",
        it -> it.eventCount(PoolEvent.CallRetried.class));
    group.counter(
        "calls.rejected",
        "Calls for which the queue had no room",
        it -> it.eventCount(PoolEvent.CallRejected.class));
    group.counter(
        "calls.poisoned",
        "Calls given up as they ended too many workers",
        it -> it.eventCount(PoolEvent.CallPoisoned.class));
    group.counter(
        "workers.started", "Workers started", it -> it.eventCount(PoolEvent.WorkerStarting.class));
    group.counter(
        "workers.failed",
        "Workers that did not come up",
        it -> it.eventCount(PoolEvent.StartFailed.class));
    group.counter(
        "workers.died",
        "Workers that ended and should not have",
        it -> it.eventCount(PoolEvent.WorkerDied.class));
    group.counter(
        "workers.retired",
        "Workers that get no more calls",
        it -> it.eventCount(PoolEvent.WorkerRetired.class));
    group.counter(
        "growth.refused",
        "Times that the machine bore no further worker",
        it -> it.eventCount(PoolEvent.GrowthRefused.class));
    return this;
  }

  /** Adds {@code brood.breaker}, tagged with its {@link CircuitBreaker#name}. */
  public synchronized Meters breaker(CircuitBreaker breaker) {
    MeterGroup<CircuitBreaker> group = group("breaker", breaker.name(), breaker);
    for (BreakerState state : BreakerState.values()) {
      group
          .with("state", lower(state))
          .gauge(
              "state", "state", "1 in this state, otherwise 0", it -> it.state() == state ? 1 : 0);
    }
    String text = "Calls, by what became of them";
    group.with("result", "succeeded").counter("calls", text, CircuitBreaker::succeededCalls);
    group
        .with("result", "failed")
        .counter("calls", text, it -> it.eventCount(BreakerEvent.CallFailed.class));
    group
        .with("result", "refused")
        .counter("calls", text, it -> it.eventCount(BreakerEvent.CallRefused.class));
    return this;
  }

  /** Adds {@code brood.heartbeats}, tagged with that name. */
  public synchronized Meters heartbeats(String name, RunningHeartbeats heartbeats) {
    MeterGroup<RunningHeartbeats> group = group("heartbeats", name, heartbeats);
    group.gauge("children", "children", "Children watched", RunningHeartbeats::children);
    group.gauge("silent", "children", "Children that have stalled", RunningHeartbeats::stalled);
    group.time("limit", "How long a child may be silent", RunningHeartbeats::limit);
    group.counter(
        "stalled", "Children that have stalled", it -> it.eventCount(HeartbeatEvent.Stalled.class));
    group.counter(
        "recovered",
        "Children that have recovered",
        it -> it.eventCount(HeartbeatEvent.Recovered.class));
    group.counter(
        "dumped",
        "Children made to show what they are at",
        it -> it.eventCount(HeartbeatEvent.Dumped.class));
    group.counter(
        "stopped", "Children that have stopped", it -> it.eventCount(HeartbeatEvent.Stopped.class));
    return this;
  }

  /** Adds {@code brood.progress}, tagged with that name: of one piece of work. */
  public synchronized Meters progress(String name, ProgressTracker tracker) {
    MeterGroup<ProgressTracker> group = group("progress", name, tracker);
    group.gauge(
        "percent",
        "percent",
        "How far the work is, from 0 to 100",
        known -> orNothing(known.progress().percent()));
    group.time("still", "Time since it moved last", known -> known.progress().still());
    return this;
  }

  /** Adds {@code brood.checkpoints}, tagged with that name: of one run of one child. */
  public synchronized Meters checkpoints(String name, RunningCheckpoints checkpoints) {
    MeterGroup<RunningCheckpoints> group = group("checkpoints", name, checkpoints);
    group.counter("asked", "Checkpoints asked", it -> it.eventCount(CheckpointEvent.Asked.class));
    group.counter("taken", "Checkpoints taken", it -> it.eventCount(CheckpointEvent.Taken.class));
    group.counter(
        "missed", "Checkpoints missed", it -> it.eventCount(CheckpointEvent.Missed.class));
    group.counter(
        "failed", "Checkpoints failed", it -> it.eventCount(CheckpointEvent.Failed.class));
    return this;
  }

  /** Adds {@code brood.resources}, tagged with that name: the sums over all its children. */
  public synchronized Meters resources(String name, RunningResources resources) {
    MeterGroup<RunningResources> group = group("resources", name, resources);
    group.gauge("children", "children", "Children measured", it -> it.children().size());
    group.time("pass", "How long the last pass over all took", RunningResources::lastPass);
    for (Level level : new Level[] {Level.SOFT, Level.CRITICAL}) {
      group
          .with("level", lower(level))
          .gauge(
              "reached",
              "children",
              "Children with a figure on this level, and none on a worse one",
              it -> it.children().stream().filter(child -> worst(child) == level).count());
    }
    group.counter(
        "actions",
        "What was done because of a critical figure",
        it -> it.eventCount(ResourceEvent.Acted.class));
    figures(group, it -> it.children().stream());
    return this;
  }

  /** Adds {@code brood.child}, tagged with its {@link WatchedChild#name}. */
  public synchronized Meters child(WatchedChild child) {
    figures(group("child", child.name(), child), Stream::of);
    return this;
  }

  /** Adds {@code brood.admission}, tagged with that name. */
  public synchronized Meters admission(String name, MachineAdmission admission) {
    MeterGroup<MachineAdmission> group = group("admission", name, admission);
    group.gauge("running", "children", "Children that hold a ticket", MachineAdmission::running);
    group.counter(
        "granted",
        "Children that were admitted",
        it -> it.eventCount(AdmissionEvent.Granted.class));
    for (Refusal.Reason reason : Refusal.Reason.values()) {
      group
          .with("reason", lower(reason))
          .counter(
              "refusals",
              "Refusals for this reason, and others perhaps",
              it -> it.refusals(reason));
    }
    return this;
  }

  /** Takes all meters that were added here out of the registry. Idempotent. */
  @Override
  public synchronized void close() {
    for (Meter meter : added) {
      Meter unused = registry.remove(meter);
    }
    added.clear();
  }

  private <T> MeterGroup<T> group(String kind, String name, T subject) {
    return new MeterGroup<>(registry, added::add, "brood." + kind, Tags.of(kind, name), subject);
  }

  private static <T> void figures(MeterGroup<T> group, Function<T, Stream<WatchedChild>> of) {
    for (Figure figure : Figure.values()) {
      double unit = figure == Figure.CPU_PERCENT ? WHOLE : 1;
      group.gauge(
          name(figure),
          unit(figure),
          "Of children and their descendants, as sampled last",
          it -> sum(of.apply(it), figure) / unit);
    }
  }

  /** Not a number if it is known of none. */
  private static double sum(Stream<WatchedChild> children, Figure figure) {
    return orNothing(
        children
            .flatMap(child -> child.latest().stream())
            .map(sample -> sample.value(figure))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .reduce(Double::sum));
  }

  private static Level worst(WatchedChild child) {
    return Stream.of(Figure.values()).map(child::level).max(Level::compareTo).orElse(Level.NORMAL);
  }

  private static String name(Figure figure) {
    return switch (figure) {
      case CPU_PERCENT -> "cpu";
      case RESIDENT_BYTES -> "memory.resident";
      case PROPORTIONAL_BYTES -> "memory.proportional";
      case READ_BYTES_PER_SECOND -> "read.rate";
      case WRITTEN_BYTES_PER_SECOND -> "written.rate";
      case DESCRIPTORS -> "descriptors";
      case PROCESSES -> "processes";
      case THREADS -> "threads";
    };
  }

  private static String unit(Figure figure) {
    return switch (figure) {
      case CPU_PERCENT -> "cores";
      case RESIDENT_BYTES, PROPORTIONAL_BYTES -> "bytes";
      case READ_BYTES_PER_SECOND, WRITTEN_BYTES_PER_SECOND -> "bytes per second";
      case DESCRIPTORS -> "descriptors";
      case PROCESSES -> "processes";
      case THREADS -> "threads";
    };
  }

  private static double orNothing(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
