package dev.brood.workers.pool;

import dev.brood.process.Cause;
import dev.brood.process.Child;
import dev.brood.process.Exit;
import dev.brood.process.ProcessException;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.process.StopReport;
import dev.brood.workers.channel.CallLink;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.pool.CoreEffect.Manner;
import dev.brood.workers.pool.CoreEvent.Answer;
import dev.brood.workers.watch.Admission;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The process of one worker, from its start until nothing is left of it. Tells {@link CoreEvent}s:
 * that it is ready, at most once, and that it has ended, exactly once.
 */
final class PooledChild {
  /** How long a channel may outlive its process, if a stranger has inherited it. */
  private static final Duration CHANNEL_LIMIT = Duration.ofMillis(500);

  /** How long a process may outlive its channel. */
  private static final Duration EXIT_LIMIT = Duration.ofMillis(500);

  /** How long a process that was stopped may take to be gone, after the stop itself. */
  private static final Duration GONE_LIMIT = Duration.ofSeconds(10);

  /** How long what it has written may take to be read: its last words are part of its death. */
  private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(2);

  /** How long whoever gets its output may take for the rest, when its death is told. */
  private static final Duration LATE_OUTPUT_LIMIT = Duration.ofSeconds(10);

  /** Between attempts at what the system was too short of something for. */
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private static final int KEPT_STDERR_BYTES = 8 * 1024;

  private final Member member;
  private final Admission.Ticket ticket;
  private final PoolSettings settings;
  private final Consumer<CoreEvent> driver;
  private final AtomicBoolean toldDead = new AtomicBoolean();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  /** What the read that is under way has brought; belongs to whose turn it is to read. */
  private final List<Answer> arrived = new ArrayList<>();

  private volatile @Nullable ForkedChild child;
  private volatile @Nullable CallLink link;
  private @Nullable Manner stopWanted;
  private final List<Thread> stoppers = new ArrayList<>();

  /** Completed when a stop has not ended the process. */
  private final CompletableFuture<Void> stuck = new CompletableFuture<>();

  PooledChild(
      Member member, Admission.Ticket ticket, PoolSettings settings, Consumer<CoreEvent> driver) {
    this.member = member;
    this.ticket = ticket;
    this.settings = settings;
    this.driver = driver;
  }

  /** Starts it and sees to it until it has ended. */
  void start(Fork fork) {
    Thread unused = inBackground("worker", () -> live(fork));
  }

  Member member() {
    return member;
  }

  /** How calls are sent to it; null before it has been started. */
  @Nullable CallLink link() {
    return link;
  }

  /** Waits for the reply to a call that is about to be sent. */
  void expect(Call call, CompletableFuture<Message> reply) {
    CompletableFuture<Message> unused =
        reply.whenComplete((message, problem) -> replied(call, message, problem));
  }

  private void replied(Call call, @Nullable Message message, @Nullable Throwable problem) {
    Throwable reason = problem instanceof CompletionException ? problem.getCause() : problem;
    if (message != null) {
      message.handle().ifPresent(Handle::close); // an answer is a value
      arrived.add(new Answer(call, message, null));
    } else if (reason instanceof RequestFailedException failure) {
      String text = failure.peerMessage();
      PoolException told =
          new CallFailedException(
              "worker " + member.id + " answered with an error: " + text,
              text,
              failure.errorName().orElse(null));
      arrived.add(new Answer(call, null, told));
    } // else the channel has ended, and what that means is known when the worker has
  }

  private void tellAnswers() {
    if (!arrived.isEmpty()) {
      driver.accept(new CoreEvent.Answered(member, arrived));
      arrived.clear();
    }
  }

  OptionalLong pid() {
    ForkedChild started = child;
    return started == null ? OptionalLong.empty() : OptionalLong.of(started.pid());
  }

  /** Completed when nothing is left of it: no process, descriptor or thread. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  /** Stops it, as soon as it has been started if it has not yet; a second one makes it faster. */
  synchronized void stop(Manner manner) {
    stopWanted = manner;
    ForkedChild started = child;
    if (started != null) {
      stoppers.add(inBackground("stop", () -> stop(started, manner)));
    }
  }

  private synchronized boolean isStopWanted() {
    return stopWanted != null;
  }

  private void live(Fork fork) {
    try {
      ForkedChild started = spawn(fork);
      if (started != null) {
        try {
          begin(started);
          dead(awaitEnd(started));
          boolean unused = join(started.child().onOutputDone(), LATE_OUTPUT_LIMIT);
        } finally {
          boolean unused = Attempts.at("the end of " + started, started::close, RETRY_PAUSE);
          awaitStoppers();
        }
      }
    } finally {
      dead(Death.notStarted("worker " + member.id, "its end could not be seen", false));
      ticket.close();
      gone.complete(null);
    }
  }

  private @Nullable ForkedChild spawn(Fork fork) {
    try {
      return withTail(fork).spawn();
    } catch (SpawnException e) {
      boolean hopeless =
          switch (e.reason()) {
            case RESOURCES_EXHAUSTED, TEXT_BUSY, OTHER -> false;
            case PROGRAM_NOT_FOUND,
                PROGRAM_IS_DIRECTORY,
                NOT_EXECUTABLE,
                FILE_NOT_OPENED,
                DIRECTORY_NOT_ENTERED,
                INTERPRETER_MISSING,
                NO_INTERPRETER_LINE,
                ARGUMENTS_TOO_LONG,
                SHUTTING_DOWN ->
                true;
          };
      dead(Death.notStarted("worker " + member.id, String.valueOf(e.getMessage()), hopeless));
    } catch (IllegalArgumentException e) { // a description that nothing can be started by
      dead(Death.notStarted("worker " + member.id, String.valueOf(e.getMessage()), true));
    } catch (RuntimeException e) {
      dead(Death.notStarted("worker " + member.id, String.valueOf(e.getMessage()), false));
    }
    return null;
  }

  private void begin(ForkedChild started) {
    link = started.channel().callLink(this::tellAnswers);
    ticket.started(started.child());
    synchronized (this) {
      child = started;
      Manner wanted = stopWanted;
      if (wanted != null) {
        stop(wanted);
        return;
      }
    }
    if (settings.readyLimit.isEmpty()) {
      driver.accept(new CoreEvent.Ready(member));
    } else {
      CompletableFuture<Void> unused =
          started.channel().onReady().thenRun(() -> driver.accept(new CoreEvent.Ready(member)));
    }
  }

  /** Returns when it has ended and all that it has sent was read. */
  private Death awaitEnd(ForkedChild started) {
    CompletableFuture<Exit> exit = started.onExit();
    CompletableFuture<Void> channelEnd = started.channel().onDisconnect();
    boolean unusedEnd = join(CompletableFuture.anyOf(exit, channelEnd, stuck), null);
    String reason = "";
    if (!join(exit, EXIT_LIMIT) && !isStopWanted()) {
      reason = "it had closed its channel and was stopped";
      stop(Manner.FIRMLY);
    }
    // If it lives it is being stopped, in its own time, and a stop has one of the two follow.
    boolean unusedExit = join(CompletableFuture.anyOf(exit, stuck), null);
    if (!join(channelEnd, CHANNEL_LIMIT)) {
      started.channel().close(); // its end follows at once
      boolean unused = join(channelEnd, GONE_LIMIT);
    }
    return death(started, reason);
  }

  private Death death(ForkedChild started, String reason) {
    Child process = started.child();
    String what = "worker " + member.id + " (pid " + started.pid() + ")";
    if (process.isAlive()) {
      String alive = "it does not end, though it was killed";
      return new Death(what, Optional.empty(), alive, "", false, false, false);
    }
    Optional<Exit> exit = Optional.empty();
    String known = reason;
    String tail = "";
    try {
      exit = Optional.of(process.await());
      if (join(process.onOutputDone(), OUTPUT_LIMIT)) {
        tail = process.result().stderr().text();
      } else {
        known = (known.isEmpty() ? "" : known + "; ") + "nobody has taken the last of its output";
      }
    } catch (ProcessException e) {
      known = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
    CallLink asked = link;
    boolean unread = asked != null && asked.lastUnread();
    return new Death(what, exit, known, tail, process.cause() == Cause.SELF, false, unread);
  }

  private void stop(ForkedChild started, Manner manner) {
    try {
      boolean unused =
          Attempts.at("a stop of " + started, () -> tryToStop(started, manner), RETRY_PAUSE);
    } finally {
      if (started.child().isAlive()) {
        stuck.complete(null);
      }
    }
  }

  private void tryToStop(ForkedChild started, Manner manner) {
    StopReport report =
        switch (manner) {
          case GENTLY -> started.stop(settings.retireGrace);
          case FIRMLY -> started.child().stop(settings.giveUpGrace);
          case NOW -> started.child().kill();
        };
    if (!report.survivors().isEmpty()) {
      LOGGER.log(Level.WARNING, "{0} cannot be ended: pids {1}", started, report.survivors());
    }
  }

  private void dead(Death death) {
    if (toldDead.compareAndSet(false, true)) {
      driver.accept(new CoreEvent.Died(member, death));
    }
  }

  /** Adds the last that it writes to standard error, unless that goes where nothing can follow. */
  private static Fork withTail(Fork fork) {
    List<Stdio.Sink> sinks = new ArrayList<>(fork.command().stderr());
    boolean followed = sinks.stream().anyMatch(sink -> standsAlone(sink) || isKept(sink));
    if (sinks.isEmpty() || followed) {
      return fork;
    }
    Stdio.Sink first = sinks.removeFirst();
    sinks.add(Stdio.tail(KEPT_STDERR_BYTES));
    return fork.command(command -> command.stderr(first, sinks.toArray(Stdio.Sink[]::new)));
  }

  private static boolean standsAlone(Stdio.Sink sink) {
    return sink instanceof Stdio.ToStream || sink instanceof Stdio.DescriptorStdio;
  }

  private static boolean isKept(Stdio.Sink sink) {
    return sink instanceof Stdio.Capture || sink instanceof Stdio.Tail;
  }

  /** Waits that long, for ever if null; false if it is not done by then. */
  private static boolean join(CompletableFuture<?> what, @Nullable Duration limit) {
    try {
      Object unused = limit == null ? what.get() : what.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
  }

  /** A stop ends soon after the process has, or has failed as often as it may. */
  private void awaitStoppers() {
    List<Thread> started;
    synchronized (this) {
      started = List.copyOf(stoppers);
    }
    try {
      for (Thread stopper : started) {
        stopper.join();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
  }

  private Thread inBackground(String what, Runnable work) {
    return Thread.ofVirtual().name("brood-pool-" + what + "-" + member.id).start(work);
  }
}
