package dev.brood.process;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.io.ByteSink;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.spawn.Ending;
import dev.brood.process.internal.spawn.OsProcess;
import dev.brood.process.internal.spawn.OsProcess.StopOutcome;
import dev.brood.process.internal.spawn.OsProcess.StopStep;
import dev.brood.process.internal.spawn.Started;
import dev.brood.process.internal.spawn.Uninterruptible;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A started child. Thread-safe, except that each stream is for one thread at a time.
 *
 * <p>That it has ended and that its output is done are two events: a process that it started may
 * hold its output open for longer than it lives. The child is reaped whatever the user does; {@link
 * #close} also ends it, with everything that it started, so a child belongs in try-with-resources.
 */
public final class Child implements AutoCloseable {
  /**
   * How long a short command may run before its output is waited for. Most have ended by then, and
   * one event, the exit, is all that it takes: what they wrote is in the pipe.
   */
  static final Duration HEAD_START = Duration.ofMillis(2);

  /** Between the end of a process and everybody's knowing lie microseconds; never longer. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  private final Command command;
  private final OsProcess process;
  private final long startNanos;
  private final Instant startedAt;
  private final TimeLimits limits;
  private final AtomicReference<@Nullable Cause> cause = new AtomicReference<>();
  private final AtomicReference<@Nullable StdioException> failure = new AtomicReference<>();
  private final CompletableFuture<Exit> exited = new CompletableFuture<>();
  private volatile @Nullable Future<?> backgroundStop;
  private final ChildStreams streams;
  private volatile @Nullable Ending ending;
  private volatile String overflow = "";

  /**
   * @param startNanos when the start began, on the scale of {@link System#nanoTime}
   * @param startedAt the same by the clock
   */
  Child(Command command, Started started, long startNanos, Instant startedAt) {
    this.command = command;
    this.process = started.process();
    this.startNanos = startNanos;
    this.startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
    this.limits = new TimeLimits(this, startNanos);
    this.streams = new ChildStreams(this);
  }

  /** Its process id. After its end the system may give it to a stranger. */
  public long pid() {
    return process.pid();
  }

  /** What it was started from. */
  public Command command() {
    return command;
  }

  /** When it was started, by this JVM's clock. */
  public Instant startedAt() {
    return startedAt;
  }

  /** When its start began, on the scale of {@link System#nanoTime}. */
  long startNanos() {
    return startNanos;
  }

  /** Whether it has not ended yet. Its output may go on after its end. */
  public boolean isAlive() {
    return !exited.isDone();
  }

  /**
   * Its standard input.
   *
   * @throws IllegalStateException unless the command says {@code stdin(Stdio.pipe())}
   */
  public ChildInput stdin() {
    return streams.stdin();
  }

  /**
   * Its standard output.
   *
   * @throws IllegalStateException unless it is a {@link Stdio#pipe}
   */
  public ChildOutput stdout() {
    return streams.output(Line.Stream.STDOUT);
  }

  /**
   * Its standard error.
   *
   * @throws IllegalStateException unless it is a {@link Stdio#pipe}
   */
  public ChildOutput stderr() {
    return streams.output(Line.Stream.STDERR);
  }

  /**
   * What is written to descriptor {@code number}, a {@link Stdio#toChild} or socket.
   *
   * @throws IllegalStateException unless the command has one at that number
   */
  public ChildInput input(int number) {
    return streams.input(number);
  }

  /**
   * What the child writes to descriptor {@code number}, a {@link Stdio#fromChild} or socket.
   *
   * @throws IllegalStateException unless the command has one at that number
   */
  public ChildOutput output(int number) {
    return streams.output(number);
  }

  /**
   * The lines of standard output and error, each with its stream, as they come.
   *
   * @throws IllegalStateException if neither is a {@link Stdio#pipe}
   */
  public Lines lines() {
    List<ChildOutput> readable = streams.readable();
    return new Lines(readable.isEmpty() ? List.of(stdout()) : readable);
  }

  /**
   * Waits for the end of the process, not for its output. A child whose output pipe is full and not
   * read does not end: read it, or use {@link #result}.
   *
   * @throws InterruptedException if the thread is interrupted; the child has been stopped then
   * @throws ExitLostException if other code of this process has reaped the child
   */
  public Exit await() throws InterruptedException {
    try {
      return exited.get();
    } catch (ExecutionException e) {
      throw new ExitLostException(command.commandLine(), e);
    } catch (InterruptedException e) {
      stopFor(Cause.CANCELLED);
      throw e;
    }
  }

  /**
   * Waits that long at most; empty if it is still alive, which changes nothing for it.
   *
   * @throws InterruptedException if the thread is interrupted; the child has been stopped then
   * @throws ExitLostException if other code of this process has reaped the child
   */
  public Optional<Exit> await(Duration limit) throws InterruptedException {
    try {
      return Optional.of(exited.get(Times.nanos(limit), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new ExitLostException(command.commandLine(), e);
    } catch (InterruptedException e) {
      stopFor(Cause.CANCELLED);
      throw e;
    }
  }

  /**
   * Waits for the end of the process and of its output, and tells all about it; a bad exit is a
   * value here. Output pipes that nobody has begun to read are taken over and kept, up to {@link
   * Command#outputLimit}; one that somebody reads is not in the result. May be called again.
   *
   * @throws InterruptedException if the thread is interrupted; the child has been stopped then
   * @throws StdioException if a source or sink failed
   * @throws ExitLostException if other code of this process has reaped the child
   */
  public Result result() throws InterruptedException {
    streams.captureUnclaimed();
    Exit exit = await();
    try {
      streams.awaitDone();
    } catch (InterruptedException e) {
      streams.release();
      throw e;
    }
    StdioException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return new Result(
        command.commandLine(),
        pid(),
        exit,
        cause(),
        streams.slot(Line.Stream.STDOUT).kept(command),
        streams.slot(Line.Stream.STDERR).kept(command),
        usage().orElseThrow(),
        duration(),
        startedAt);
  }

  /**
   * As {@link #result}, but a failure is thrown, as {@link Command#run} does.
   *
   * @throws InterruptedException if the thread is interrupted; the child has been stopped then
   * @throws EndedException if it failed, see there for the kinds
   */
  public Result checkedResult() throws InterruptedException {
    Result result = result();
    check(result);
    return result;
  }

  /**
   * Completed when the process has ended, on a virtual thread. Each call gives a future of its own;
   * completing or cancelling it changes nothing for the child.
   */
  public CompletableFuture<Exit> onExit() {
    return exited.thenApplyAsync(exit -> exit, Thread::startVirtualThread);
  }

  /**
   * Completed when both outputs are at their end or given up, on a virtual thread. A pipe that
   * nobody reads to its end is not at its end before {@link #close}.
   */
  public CompletableFuture<Void> onOutputDone() {
    return streams.done().thenApplyAsync(nothing -> nothing, Thread::startVirtualThread);
  }

  /**
   * Signals this process only; what it started is left alone.
   *
   * @return false if it has ended, a signal never reaches a stranger, or if the system refuses it
   */
  public boolean signal(Signal signal) {
    return process.signal(signal.number());
  }

  /**
   * Signals every process of its group. False if none is left.
   *
   * @throws IllegalStateException if it leads no group, {@link Group#SHARED}
   */
  public boolean signalGroup(Signal signal) {
    return process.signalGroup(signal.number());
  }

  /**
   * Ends it and everything that it started, by its command's {@link StopPlan}; returns when that is
   * done, at the latest some seconds after the plan's last wait. Then it {@link #isAlive} no more,
   * unless the report names it as a survivor. Idempotent, from any thread; an interrupt does not
   * cut it short and stays set.
   */
  public StopReport stop() {
    return stop(command.spec().stopPlan, Cause.STOPPED);
  }

  /**
   * As {@link #stop()}, with that long between the last signal of the plan (SIGTERM unless set) and
   * SIGKILL.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public StopReport stop(Duration grace) {
    return stop(command.spec().stopPlan.withGrace(grace), Cause.STOPPED);
  }

  /** Ends it and everything that it started with SIGKILL, now. */
  public StopReport kill() {
    return stop(StopPlan.KILL, Cause.STOPPED);
  }

  /** What it has used; empty while it is alive (see {@code observe.ProcessInfo} for that). */
  public Optional<Usage> usage() {
    Ending known = ending;
    return known == null ? Optional.empty() : Optional.of(Usage.of(known.use()));
  }

  /**
   * Stops what is left of the tree and lets go of the streams. Idempotent, from any thread. A
   * {@link Command#detached} child lives on.
   */
  @Override
  public void close() {
    if (!command.spec().detached) {
      stop();
    }
    streams.release();
  }

  @Override
  public String toString() {
    return "Child[" + pid() + " " + command.commandLine() + "]";
  }

  /** Waits, lets go of everything, and throws if it failed. */
  Result finish() throws InterruptedException {
    try {
      awaitHeadStart();
      return checkedResult();
    } finally {
      Future<?> stop = backgroundStop;
      if (stop != null) {
        Throwable unused = Uninterruptible.await(stop); // it is bounded
      }
      streams.release();
    }
  }

  private void awaitHeadStart() {
    if (Thread.currentThread().isVirtual()) {
      if (isAlive()) {
        streams.headStartOver(); // the start has waited already
      }
    } else if (!process.awaitDirectly(HEAD_START.toNanos())) {
      watchLate();
    }
  }

  private void watchLate() {
    try {
      process.watch();
      streams.headStartOver();
    } catch (ErrnoException e) {
      kill();
      throw new SpawnException(command.commandLine(), Launch.unwatchable(e));
    }
  }

  /** Throws if the command calls this result a failure. */
  void check(Result result) {
    Failures.check(command, result, overflow);
  }

  ChildStreams streams() {
    return streams;
  }

  /** Ends it at once: its streams cannot be used, and perhaps it cannot be watched. */
  void abort() {
    boolean sent = process.signal(Signal.KILL.number());
    if (sent && process.awaitDirectly(NOTICE.toNanos())) {
      process.ending().whenComplete(this::ended);
    }
    kill();
    streams.release();
  }

  /**
   * Everything is connected: begins to read, write, watch and count the time.
   *
   * @param headStart whether {@link #finish} follows at once
   */
  Child begin(boolean headStart) {
    Spec spec = command.spec();
    if (!spec.detached) {
      Children.add(this);
    }
    streams.begin(headStart);
    limits.begin(spec);
    process.ending().whenComplete(this::ended);
    if (!headStart || Thread.currentThread().isVirtual()) {
      process.watch();
    }
    if (spec.cancelOn != null) {
      // The stage may live much longer than this child, so it must not hold on to it.
      WeakReference<Child> self = new WeakReference<>(this);
      spec.cancelOn.whenComplete((value, error) -> cancel(self.get()));
    }
    return this;
  }

  private static void cancel(@Nullable Child child) {
    if (child != null) {
      child.endBy(Cause.CANCELLED);
    }
  }

  /** Notes that the child has said something. */
  void active() {
    limits.active();
  }

  /** A sink that also notes activity, if anybody asks for it. */
  ByteSink counted(MemorySink sink) {
    return command.spec().idleLimit == null ? sink : new ActiveSink(this, sink);
  }

  void overflowed(Line.Stream stream, long limitBytes) {
    overflow = "%s passed %,d bytes".formatted(stream.name().toLowerCase(Locale.ROOT), limitBytes);
    endBy(Cause.OUTPUT_LIMIT);
  }

  void failed(StdioException reason) {
    if (failure.compareAndSet(null, reason)) {
      endBy(Cause.CANCELLED);
    }
  }

  /** Stops the child in the background for a reason, unless it is ending already. */
  void endBy(Cause reason) {
    if (cause.compareAndSet(null, reason)) {
      FutureTask<StopReport> stop = new FutureTask<>(() -> stopNow(command.spec().stopPlan));
      backgroundStop = stop;
      Thread.ofVirtual().name("brood-stop-" + pid()).start(stop);
    }
  }

  /** Stops the child and waits for that. */
  StopReport stop(StopPlan plan, Cause reason) {
    if (process.mayHaveSurvivors()) {
      cause.compareAndSet(null, reason);
    }
    return stopNow(plan);
  }

  private void stopFor(Cause reason) {
    stop(command.spec().stopPlan, reason);
  }

  private StopReport stopNow(StopPlan plan) {
    List<StopStep> steps =
        plan.steps().stream()
            .map(step -> new StopStep(step.signal().number(), Times.nanos(step.grace())))
            .toList();
    long begin = System.nanoTime();
    StopOutcome outcome = process.stopTree(steps);
    if (!outcome.survivors().contains(pid())) {
      // Another thread may have noticed its end, and not have told it yet.
      Uninterruptible.awaitUntil(exited, System.nanoTime() + NOTICE.toNanos());
    }
    StopReport report = StopReport.of(outcome, System.nanoTime() - begin);
    if (!report.alreadyEnded()) {
      Events.stopped(this, report);
    }
    return report;
  }

  /** Who ended it, or is ending it; {@link Cause#SELF} while nobody does. */
  public Cause cause() {
    Cause known = cause.get();
    return known == null ? Cause.SELF : known;
  }

  Duration duration() {
    Ending known = ending;
    long end = known == null ? System.nanoTime() : known.atNanos();
    return Duration.ofNanos(end - startNanos);
  }

  /** The process has ended. Usually on the reactor's thread: nothing here blocks. */
  private void ended(@Nullable Ending how, @Nullable Throwable lost) {
    cause.compareAndSet(null, Cause.SELF);
    limits.cancel();
    try {
      streams.finish(System.nanoTime() + Times.nanos(command.spec().drainGrace));
    } catch (RuntimeException e) {
      String told = "the output of " + this + " may be incomplete";
      BackgroundLog.log("dev.brood.process", System.Logger.Level.ERROR, told, e);
    } finally {
      tellEnd(how, lost);
    }
  }

  /** From here on everybody may know, so all that is known of it is in place before. */
  private void tellEnd(@Nullable Ending how, @Nullable Throwable lost) {
    if (how == null) {
      exited.completeExceptionally(lost);
    } else {
      ending = how;
      Exit exit =
          how.exited()
              ? new Exit.Exited(how.status())
              : new Exit.Signaled(Signal.of(how.status()), how.coreDumped());
      Events.exited(this, exit);
      exited.complete(exit);
    }
    Children.remove(this);
  }
}
