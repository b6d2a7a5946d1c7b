package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A child as its supervisor has to treat it: what to start, when to restart it, how to stop it, how
 * it is known to be ready and well, and what it waits for. An immutable value.
 *
 * <p>Outputs that the command does not set go where this process's own go. Standard error passes
 * through this JVM on its way, so that the last lines are in the {@link Death}, unless it is a bare
 * descriptor or {@link #untapped}.
 */
public final class ChildSpec {
  private final Program program;
  private Restart restart = Restart.PERMANENT;
  private Shutdown shutdown = Shutdown.within(Duration.ofSeconds(5));
  private boolean significant;
  private Backoff backoff =
      Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30)).jitter(0.2).fastFirst();
  private Optional<GiveUp> giveUp = Optional.empty();
  private Duration minimumUptime = Duration.ZERO;
  private Set<Integer> successCodes = Set.of(0);
  private Set<Signal> successSignals = Set.of();
  private Readiness readiness = Readiness.started();
  private Health health = Health.none();
  private List<Dependency> dependencies = List.of();
  private Consumer<ForkedChild> onFork = fork -> {};
  private boolean tapped = true;

  private ChildSpec(Program program) {
    this.program = program;
  }

  /**
   * A program.
   *
   * @throws IllegalArgumentException if one of its outputs is a pipe, which nobody would read
   */
  public static ChildSpec of(Command command) {
    return new ChildSpec(new Program.OfCommand(withoutPipes(command)));
  }

  /**
   * A program with a channel.
   *
   * @throws IllegalArgumentException if one of its outputs is a pipe, which nobody would read
   */
  public static ChildSpec of(Fork fork) {
    Command unused = withoutPipes(fork.command());
    return new ChildSpec(new Program.OfFork(fork));
  }

  /**
   * A supervisor with children of its own. It is ready when all of them are, and is stopped with
   * the times of each of them; {@link #shutdown} can only make that a kill.
   */
  public static ChildSpec of(Supervisor supervisor) {
    return new ChildSpec(new Program.OfSupervisor(supervisor));
  }

  /** Whether it is restarted when it ends; {@link Restart#PERMANENT} unless set. */
  public ChildSpec restart(Restart when) {
    return change(copy -> copy.restart = when);
  }

  /** How it is stopped; within 5 seconds unless set. */
  public ChildSpec shutdown(Shutdown how) {
    return change(copy -> copy.shutdown = how);
  }

  /** Makes its end count for the {@link AutoShutdown} of its supervisor. */
  public ChildSpec significant() {
    return change(copy -> copy.significant = true);
  }

  /**
   * How long to wait before a restart. Unless set the first is at once, then 100 ms, twice as long
   * with each death in a row up to 30 s, less up to a fifth at random.
   */
  public ChildSpec backoff(Backoff waits) {
    return change(copy -> copy.backoff = waits);
  }

  /** When not to restart it any more; unless set that is left to the {@link Intensity}. */
  public ChildSpec giveUp(GiveUp when) {
    return change(copy -> copy.giveUp = Optional.of(when));
  }

  /**
   * How long it has to live to be up at all: before, it is not ready, and its end is a failure
   * whatever the exit code. Zero unless set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ChildSpec minimumUptime(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("an uptime is not negative: " + time);
    }
    return change(copy -> copy.minimumUptime = time);
  }

  /**
   * The exit codes that are a success; 0 unless set. Replaces what was set: name 0, too, if it is
   * one of them. A death by a signal never is one of these, see {@link #successSignals}.
   */
  public ChildSpec success(int... codes) {
    Set<Integer> all = Set.copyOf(Arrays.stream(codes).boxed().toList());
    return change(copy -> copy.successCodes = all);
  }

  /** The signals by which to die is a success; none unless set. */
  public ChildSpec successSignals(Signal... signals) {
    Set<Signal> all = Set.copyOf(new HashSet<>(List.of(signals)));
    return change(copy -> copy.successSignals = all);
  }

  /** How it is known to have come up; {@link Readiness#started} unless set. */
  public ChildSpec readiness(Readiness sign) {
    return change(copy -> copy.readiness = sign);
  }

  /** How it is known to be well; {@link Health#none} unless set. */
  public ChildSpec health(Health watch) {
    return change(copy -> copy.health = watch);
  }

  /** Makes each start of it wait for another child of the same supervisor. */
  public ChildSpec dependsOn(String id, Condition condition) {
    return with(new Dependency(id, condition, false));
  }

  /**
   * As {@link #dependsOn}, and it does not outlive the other: when that ends, is stopped or is
   * restarted, for whatever reason, this one is stopped and waits for it again.
   *
   * @throws IllegalArgumentException if the condition asks for the end of the other
   */
  public ChildSpec boundTo(String id, Condition condition) {
    return with(new Dependency(id, condition, true));
  }

  /**
   * Called with each new process of a {@link Fork}, before its readiness is waited for: the place
   * to set handlers of its channel. On a virtual thread; an error of it is logged. For others it is
   * never called.
   */
  public ChildSpec onFork(Consumer<ForkedChild> handler) {
    return change(copy -> copy.onFork = handler);
  }

  /** Leaves standard error as the command says; deaths have no last lines then. */
  public ChildSpec untapped() {
    return change(copy -> copy.tapped = false);
  }

  @Override
  public String toString() {
    return switch (program) {
      case Program.OfCommand(Command command) -> command.toString();
      case Program.OfFork(Fork fork) -> fork.toString();
      case Program.OfSupervisor(Supervisor supervisor) -> supervisor.toString();
    };
  }

  Program program() {
    return program;
  }

  Restart restart() {
    return restart;
  }

  Shutdown shutdown() {
    return shutdown;
  }

  boolean isSignificant() {
    return significant;
  }

  Backoff backoff() {
    return backoff;
  }

  Optional<GiveUp> giveUp() {
    return giveUp;
  }

  Duration minimumUptime() {
    return minimumUptime;
  }

  Readiness readiness() {
    return readiness;
  }

  Health health() {
    return health;
  }

  List<Dependency> dependencies() {
    return dependencies;
  }

  Consumer<ForkedChild> onFork() {
    return onFork;
  }

  boolean isTapped() {
    return tapped;
  }

  /** Whether an end that nobody asked for is a success. */
  boolean isSuccess(Ending ending) {
    return switch (ending) {
      case Ending.ProcessEnded(Exit.Exited(int code), var _) -> successCodes.contains(code);
      case Ending.ProcessEnded(Exit.Signaled(Signal signal, boolean _), var _) ->
          successSignals.contains(signal);
      case Ending.SupervisorEnded(SupervisorEnd end) -> end.success();
      case Ending.NotStarted _, Ending.Lost _, Ending.Survived _ -> false;
    };
  }

  private ChildSpec with(Dependency dependency) {
    List<Dependency> all = new ArrayList<>(dependencies);
    all.add(dependency);
    return change(copy -> copy.dependencies = List.copyOf(all));
  }

  private ChildSpec change(Consumer<ChildSpec> change) {
    ChildSpec copy = new ChildSpec(program);
    copy.restart = restart;
    copy.shutdown = shutdown;
    copy.significant = significant;
    copy.backoff = backoff;
    copy.giveUp = giveUp;
    copy.minimumUptime = minimumUptime;
    copy.successCodes = successCodes;
    copy.successSignals = successSignals;
    copy.readiness = readiness;
    copy.health = health;
    copy.dependencies = dependencies;
    copy.onFork = onFork;
    copy.tapped = tapped;
    change.accept(copy);
    return copy;
  }

  private static Command withoutPipes(Command command) {
    if (command.stdout().contains(Stdio.pipe()) || command.stderr().contains(Stdio.pipe())) {
      throw new IllegalArgumentException(
          "an output of a supervised child cannot be a pipe, nobody would read it; use"
              + " Stdio.lines(consumer): "
              + command.commandLine());
    }
    return command;
  }
}
