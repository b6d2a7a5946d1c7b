package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.brood.process.Child;
import dev.brood.process.Children;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.fork.ForkedChild;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor that runs. Thread-safe; close it, and all its children are stopped. When the JVM
 * shuts down it is stopped first, in its order: see {@link Children#stopFirst}.
 *
 * <p>One virtual thread decides, and never waits for a child. Its methods may be called from
 * listeners and handlers, too.
 */
public final class RunningSupervisor implements AutoCloseable {
  /** How long threads and descriptors of ended children, and the listener, may take to go. */
  private static final Duration GONE_LIMIT = Duration.ofSeconds(5);

  /** The same when the JVM shuts down: it may be the listener that makes it do so, and waits. */
  private static final Duration GONE_AT_SHUTDOWN = Duration.ofSeconds(1);

  private static final int MOST_WAITING = 4096;

  private final String path;
  private final SupervisorCore core;
  private final Consumer<SupervisorEvent> above;
  private final EventTeller<SupervisorEvent> teller;
  private final long origin = System.nanoTime();
  private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>(MOST_WAITING);
  private final Waiters waiters = new Waiters();
  private final Map<String, Run> runs = new HashMap<>();
  private final Set<Run> going = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<SupervisorEnd> end = new CompletableFuture<>();
  private final Thread thread;

  /** What it ends with, once that is known; until then as if it broke. */
  private SupervisorEnd why = new SupervisorEnd.Broken();

  private RunningSupervisor(Supervisor supervisor, String path, Consumer<SupervisorEvent> above) {
    this.path = path;
    this.above = above;
    this.core = new SupervisorCore(supervisor, path, () -> ThreadLocalRandom.current().nextLong());
    this.teller =
        new EventTeller<>(
            "brood-events-" + path,
            lost -> new SupervisorEvent.EventsLost(path, lost),
            supervisor.listener());
    this.thread = Thread.ofVirtual().name("brood-supervisor-" + path).unstarted(this::drive);
  }

  /** Starts one that has none above it; when the JVM shuts down it stops in its own order. */
  static RunningSupervisor start(Supervisor supervisor) {
    RunningSupervisor running = new RunningSupervisor(supervisor, supervisor.name(), event -> {});
    Runnable takeBack = Children.stopFirst(running::stopAtShutdown);
    var unused = running.end.thenRun(takeBack);
    running.thread.start();
    return running;
  }

  static RunningSupervisor start(
      Supervisor supervisor, String path, Consumer<SupervisorEvent> above) {
    RunningSupervisor running = new RunningSupervisor(supervisor, path, above);
    running.thread.start();
    return running;
  }

  /** Its name, behind those of the supervisors above it: {@code main/web}. */
  public String name() {
    return path;
  }

  /** What is known of its children, in the order of their starts. */
  public List<ChildStatus> children() {
    return ask(known -> known.status(now()));
  }

  /** What is known of one child; empty if there is none of that id. */
  public Optional<ChildStatus> child(String id) {
    return ask(known -> known.status(id, now()));
  }

  /**
   * How many events of a type there were so far, here and in the supervisors below, those included
   * that the listener was too slow for.
   */
  public long eventCount(Class<? extends SupervisorEvent> type) {
    return teller.count(type);
  }

  /** The process of a child while it has one. It is the supervisor's to stop and close. */
  public Optional<Child> process(String id) {
    return ask(known -> supervised(id).map(Supervised::child));
  }

  /** The process of a child that is a fork, with its channel, while it has one. */
  public Optional<ForkedChild> fork(String id) {
    return ask(known ->
        supervised(id)
            .flatMap(child ->
                switch (child) {
                  case Supervised.Plain _ -> Optional.empty();
                  case Supervised.Forked(ForkedChild fork) -> Optional.of(fork);
                }));
  }

  /** The supervisor that a child is, while it runs. */
  public Optional<RunningSupervisor> supervisor(String id) {
    return ask(known ->
        runs.get(id) instanceof SupervisorRun run
            ? Optional.of(run.supervisor())
            : Optional.empty());
  }

  /**
   * Adds a child, behind the others, and begins to start it. A {@link Restart#TEMPORARY} one is
   * forgotten when it ends, others stay until they are deleted.
   *
   * @throws SupervisionException if it does not fit, see {@link Supervisor#start}, its id is taken,
   *     or the supervisor is ending
   */
  public void startChild(String id, ChildSpec spec) {
    call(new Input.Add(id, spec));
  }

  /**
   * Stops a child, with those bound to it before, and leaves it stopped; returns when it has ended,
   * at the latest when its {@link Shutdown} has run its course, and before it that of each child
   * that depends on it and is ending. If it is just being restarted with others, it is stopped in
   * its turn among them. Nothing happens if it is not alive, but that it is not restarted.
   *
   * @throws SupervisionException if there is no such child, or the supervisor is ending
   */
  public void terminateChild(String id) {
    int run = call(new Input.Terminate(id), known -> known.liveRun(id));
    if (run != 0) {
      boolean unused = when(known -> known.liveRun(id) != run).join();
    }
  }

  /**
   * Starts a child again whatever its state: one that is alive is stopped first. Returns when that
   * has begun. Its deaths are forgotten by its {@link Backoff}, and no restart is counted.
   *
   * @throws SupervisionException if there is no such child, a process of it cannot be ended, or the
   *     supervisor is ending
   */
  public void restartChild(String id) {
    call(new Input.Restart(id));
  }

  /**
   * Forgets a child that is stopped, completed or given up.
   *
   * @throws SupervisionException if there is no such child, it is in another state, others depend
   *     on it, or the supervisor is ending
   */
  public void deleteChild(String id) {
    call(new Input.Delete(id));
  }

  /**
   * Waits until every child is ready, or has completed, or was stopped by a call.
   *
   * @return false if that is not so in time, or the supervisor ends before
   */
  public boolean awaitReady(Duration limit) throws InterruptedException {
    CompletableFuture<Boolean> up = when(SupervisorCore::isUp);
    try {
      return up.get(NANOSECONDS.convert(limit), NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("nobody fails it", e);
    } finally {
      up.cancel(false);
    }
  }

  /**
   * Completed when it has ended, with all of its children, on a virtual thread. Each call gives a
   * future of its own.
   */
  public CompletableFuture<SupervisorEnd> onEnd() {
    return end.thenApplyAsync(how -> how, Thread::startVirtualThread);
  }

  /** Waits for its end, that long at most; empty if it still runs. */
  public Optional<SupervisorEnd> await(Duration limit) throws InterruptedException {
    try {
      return Optional.of(end.get(NANOSECONDS.convert(limit), NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new AssertionError("nobody fails it", e);
    }
  }

  /**
   * Stops all children in order and ends; returns when that is done, which takes no longer than the
   * {@link Shutdown} of each child that is waited for. Idempotent, from any thread; an interrupt
   * does not cut it short and stays set.
   */
  public SupervisorEnd stop() {
    beginStop(new Input.Stop());
    return awaitEnd();
  }

  /** Kills all children at once and ends; also makes a {@link #stop} under way faster. */
  public SupervisorEnd kill() {
    beginStop(new Input.Kill());
    return awaitEnd();
  }

  /** As {@link #stop}. */
  @Override
  public void close() {
    SupervisorEnd unused = stop();
  }

  @Override
  public String toString() {
    return "RunningSupervisor[" + path + "]";
  }

  /** Begins to stop, and does not wait. */
  void beginStop(Input.Call how) {
    post(() -> handle(how));
  }

  /** Waits until every child is well, for as long as it takes; false if it ends before. */
  boolean awaitUp() {
    return when(SupervisorCore::isUp).join();
  }

  /** Waits until no thread and no descriptor of ended children is left, that long at most. */
  void awaitGone(Duration limit) {
    long latest = System.nanoTime() + NANOSECONDS.convert(limit);
    going.forEach(run -> run.awaitGone(until(latest)));
    teller.awaitTold(until(latest));
  }

  private static Duration until(long nanoTime) {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  private void stopAtShutdown() {
    beginStop(new Input.Stop());
    SupervisorEnd unused = end.join();
    awaitGone(GONE_AT_SHUTDOWN);
  }

  private SupervisorEnd awaitEnd() {
    SupervisorEnd last = end.join();
    awaitGone(GONE_LIMIT);
    return last;
  }

  private Optional<Supervised> supervised(String id) {
    return runs.get(id) instanceof ProcessRun run ? run.process() : Optional.empty();
  }

  private void call(Input.Call wanted) {
    int unused = call(wanted, known -> 0);
  }

  /** Looks at the state before a call, and then makes it, if there is no objection. */
  private int call(Input.Call wanted, Function<SupervisorCore, Integer> before) {
    record Answer(Optional<String> objection, int known) {}
    Answer answer =
        ask(known -> {
          Optional<String> objection = known.objection(wanted);
          int found = before.apply(known);
          if (objection.isEmpty()) {
            handle(wanted);
          }
          return new Answer(objection, found);
        });
    answer.objection.ifPresent(objection -> {
      throw new SupervisionException(objection);
    });
    return answer.known;
  }

  private CompletableFuture<Boolean> when(Predicate<SupervisorCore> condition) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    boolean unused =
        ask(known -> {
          waiters.add(condition, answer);
          waiters.look(known, end.isDone());
          return true;
        });
    return answer;
  }

  /** Asks on the thread that decides. After its end nothing changes any more, and anybody may. */
  <T> T ask(Function<SupervisorCore, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    post(() -> {
      try {
        answer.complete(question.apply(core));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      } catch (Error e) { // the end of this supervisor, and the asker is not to wait for more
        answer.completeExceptionally(e);
        throw e;
      }
    });
    return answer.join();
  }

  private void post(Runnable task) {
    boolean interrupted = false;
    boolean posted = false;
    while (!posted && !end.isDone()) {
      try {
        posted = mailbox.offer(task, 1, SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (end.isDone()) {
      runLeftovers(posted ? null : task);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** After the end: what the driving thread does not take any more. */
  private synchronized void runLeftovers(@Nullable Runnable last) {
    for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
      task.run();
    }
    if (last != null) {
      last.run();
    }
    waiters.look(core, true);
  }

  private void drive() {
    try {
      handle(new Input.Tick());
      while (!core.isFinished()) {
        Runnable next = take();
        if (next != null) {
          next.run();
        }
        if (core.wakeAt() <= now()) {
          handle(new Input.Tick());
        }
        waiters.look(core, core.isFinished());
      }
    } catch (RuntimeException | AssertionError e) {
      System.getLogger("dev.brood.workers")
          .log(Level.ERROR, path + ": broken, all children are killed", e);
    } finally {
      if (!core.isFinished()) {
        going.forEach(run -> run.stop(Shutdown.kill()));
        tell(new SupervisorEvent.Finished(path, why));
      }
      end.complete(why); // from here on others may take from the mailbox
      runLeftovers(null);
    }
  }

  private @Nullable Runnable take() {
    long wakeAt = core.wakeAt();
    long wait = wakeAt == CoreChild.NEVER ? CoreChild.NEVER : Math.max(0, wakeAt - now());
    try {
      return wait == 0 ? mailbox.poll() : mailbox.poll(wait, NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
  }

  private long now() {
    return System.nanoTime() - origin;
  }

  private void handle(Input input) {
    if (end.isDone()) {
      return; // the core has ended as well, unless it is broken
    }
    if (input instanceof Input.Ended ended) {
      runs.remove(ended.child());
    }
    core.handle(now(), input).forEach(this::carryOut);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Start start -> {
        Run run = begin(start);
        runs.put(start.child(), run);
      }
      case Effect.Stop(String id, Shutdown how) -> {
        Run run = runs.get(id);
        if (run != null) {
          run.stop(how);
        }
      }
      case Effect.Tell(SupervisorEvent event) -> {
        if (FlightRecording.inUse()) {
          JfrEvents.record(event);
        }
        tell(event);
      }
      case Effect.Finish(SupervisorEnd reached) -> why = reached;
    }
  }

  private Run begin(Effect.Start start) {
    String childPath = path + "/" + start.child();
    Consumer<Input> inbox = input -> post(() -> handle(input));
    return switch (start.spec().program()) {
      case Program.OfSupervisor(Supervisor nested) ->
          SupervisorRun.start(nested, childPath, start, this::tell, inbox, going);
      case Program.OfCommand _, Program.OfFork _ ->
          ProcessRun.start(childPath, start, inbox, going);
    };
  }

  private void tell(SupervisorEvent event) {
    if (event instanceof SupervisorEvent.Finished(String name, var _) && name.equals(path)) {
      teller.tellLast(event);
    } else {
      teller.tell(event);
    }
    above.accept(event);
  }
}
