package dev.brood.workers.pool;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.CallLink;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.pool.CoreEffect.Manner;
import dev.brood.workers.pool.CoreEvent.Answer;
import dev.brood.workers.watch.Admission;
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
  private @Nullable Thread stopper;

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

  /** Stops it, as soon as it has been started if it has not yet. */
  void stop(Manner manner) {
    synchronized (this) {
      stopWanted = manner;
      ForkedChild started = child;
      if (started != null) {
        stopper = inBackground("stop", () -> stop(started, manner));
      }
    }
  }

  private void live(Fork fork) {
    try {
      ForkedChild started = spawn(fork);
      if (started != null) {
        try {
          begin(started);
          dead(awaitEnd(started));
        } finally {
          started.close();
          awaitStopper();
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
    } catch (ProcessException | WorkersException e) {
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
        stopper = inBackground("stop", () -> stop(started, wanted));
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
    join(CompletableFuture.anyOf(exit, channelEnd), null);
    String reason = "";
    if (!exit.isDone() && !join(exit, EXIT_LIMIT)) {
      reason = "it had closed its channel and was stopped";
      stop(started, Manner.FIRMLY);
      boolean unused = join(exit, GONE_LIMIT);
    }
    if (!join(channelEnd, CHANNEL_LIMIT)) {
      started.channel().close(); // its end follows at once
      boolean unused = join(channelEnd, GONE_LIMIT);
    }
    return death(started, reason);
  }

  private Death death(ForkedChild started, String reason) {
    String what = "worker " + member.id + " (pid " + started.pid() + ")";
    if (started.child().isAlive()) {
      String alive = "it does not end, though it was killed";
      return new Death(what, Optional.empty(), alive, "", false, false, false);
    }
    try {
      Result result = started.child().result();
      boolean foreign = result.cause() == Cause.SELF;
      String tail = result.stderr().text();
      CallLink asked = link;
      boolean unread = asked != null && asked.lastUnread();
      return new Death(what, Optional.of(result.exit()), reason, tail, foreign, false, unread);
    } catch (ProcessException e) {
      String unknown = String.valueOf(e.getMessage());
      return new Death(what, Optional.empty(), unknown, "", false, false, false);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
  }

  private void stop(ForkedChild started, Manner manner) {
    switch (manner) {
      case GENTLY -> started.stop(settings.retireGrace);
      case FIRMLY -> started.child().stop(settings.giveUpGrace);
      case NOW -> started.child().kill();
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
    boolean followed =
        sinks.stream().anyMatch(sink -> sink instanceof Stdio.ToStream || isKept(sink));
    if (sinks.isEmpty() || followed) {
      return fork;
    }
    Stdio.Sink first = sinks.removeFirst();
    sinks.add(Stdio.tail(KEPT_STDERR_BYTES));
    return fork.command(command -> command.stderr(first, sinks.toArray(Stdio.Sink[]::new)));
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

  /** A stop ends soon after the process has. */
  private void awaitStopper() {
    Thread thread;
    synchronized (this) {
      thread = stopper;
    }
    try {
      if (thread != null) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
  }

  private Thread inBackground(String what, Runnable work) {
    return Thread.ofVirtual().name("brood-pool-" + what + "-" + member.id).start(work);
  }
}
