package dev.brood.workers.pool;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Children;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running pool of children that answer calls. Thread-safe.
 *
 * <p>Each call is answered exactly once: with a value, or with one of the {@link PoolException}s. A
 * call that was running when its worker died fails, unless it is idempotent; no other call is
 * touched by that.
 *
 * <p>When the JVM shuts down, a pool that is still open fails its calls and stops its workers in
 * its own way, first: see {@link Children#stopFirst}.
 *
 * @param <I> what a call is given: anything that the channel's codec can write
 * @param <O> what it is answered with
 */
public final class WorkerPool<I, O> implements AutoCloseable {
  /** For how long a caller reads the channel itself, which is faster for short calls. */
  private static final Duration READS_ITSELF = Duration.ofMillis(50);

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Class<O> answerType;
  private final PoolSettings settings;
  private final PoolDriver driver;
  private final AtomicLong lastCall = new AtomicLong();

  WorkerPool(Fork fork, Class<O> answerType, PoolSettings settings) {
    this.answerType = answerType;
    this.settings = settings;
    this.driver = new PoolDriver(fork, settings);
    Runnable takeBack = Children.stopFirst(this::stopWorkers);
    var unused = driver.over().thenRun(takeBack);
    driver.open();
  }

  /**
   * A pool of a program that answers requests: in Java with {@link PoolChild}, in Python with
   * {@code brood.connect().on_request}, in Node with {@code onRequest}, in anything else by {@code
   * sdk/PROTOCOL.md}.
   */
  public static <I, O> PoolSpec<I, O> of(Fork worker, Class<O> answerType) {
    return new PoolSpec<>(worker, answerType, new PoolSettings());
  }

  /**
   * A pool of JVMs like this one that run a piece of this program. They have its class path; see
   * {@link Fork#java(dev.brood.workers.fork.ChildTask)} for what they do not have, and {@link
   * PoolSpec#program} to give them memory.
   *
   * @throws IllegalArgumentException if the function, or what it captures, is not serializable
   */
  public static <I, O> PoolSpec<I, O> java(
      Class<I> inputType, Class<O> answerType, PoolFunction<I, O> function) {
    Fork worker = Fork.java(parent -> PoolChild.serve(parent, inputType, function));
    Module own = function.getClass().getModule();
    if (own.isNamed()) { // one that nobody requires is not there unless it is named
      worker = worker.runtimeArguments("--add-modules=" + own.getName());
    }
    return WorkerPool.<I, O>of(worker, answerType).awaitReady(START_LIMIT);
  }

  /** As {@link #call(Object, CallOptions)}, with the options of the pool. */
  public @Nullable O call(@Nullable I input) throws InterruptedException {
    return call(input, settings.callOptions);
  }

  /**
   * Has a worker answer.
   *
   * @return null only if the worker answers with nothing
   * @throws InterruptedException if the thread is interrupted; the call is given up then, and its
   *     worker stopped if it was running
   * @throws PoolException if it is not answered with a value
   * @throws dev.brood.workers.channel.EncodingException if the answer is no {@code O}
   * @throws IllegalArgumentException if it has a key and the pool goes by none, or the other way
   */
  public @Nullable O call(@Nullable I input, CallOptions options) throws InterruptedException {
    Call call = newCall(input, options);
    driver.submit(call, true);
    return await(call);
  }

  /** As {@link #submit(Object, CallOptions)}, with the options of the pool. */
  public CompletableFuture<@Nullable O> submit(@Nullable I input) throws InterruptedException {
    return submit(input, settings.callOptions);
  }

  /**
   * As {@link #call(Object, CallOptions)}, without waiting for the answer, but for room in the
   * queue if the pool is to. Cancelling the future gives the call up.
   */
  public CompletableFuture<@Nullable O> submit(@Nullable I input, CallOptions options)
      throws InterruptedException {
    Call call = newCall(input, options);
    driver.submit(call, false);
    CompletableFuture<@Nullable O> result =
        call.answer.thenApplyAsync(this::decoded, Thread::startVirtualThread);
    CompletableFuture<@Nullable O> unused =
        result.whenComplete((answer, problem) -> {
          if (result.isCancelled()) {
            driver.post(new CoreEvent.Cancelled(call));
          }
        });
    return result;
  }

  /**
   * The answers in the order of the inputs. Some calls are under way ahead of the one that is
   * looked at, never more than the queue has room for. A call that fails throws where its answer
   * would be, and there the answers end; that, and closing the stream, gives up what is under way.
   */
  public Stream<@Nullable O> inOrder(Iterable<? extends I> inputs) {
    Batch<I, O> batch = new Batch<>(this, inputs.iterator(), window());
    return batch.inOrder();
  }

  /** As {@link #inOrder}, but each as soon as it is there, failures included. */
  public Stream<Completed<I, O>> asCompleted(Iterable<? extends I> inputs) {
    Batch<I, O> batch = new Batch<>(this, inputs.iterator(), window());
    return batch.asCompleted();
  }

  /** Sends no more calls; those under way go on, and further ones wait. */
  public void pause() {
    var unused = driver.order(CoreEvent.Order.PAUSE);
  }

  /** Ends a {@link #pause}, and takes calls again after a {@link #drain}. */
  public void resume() {
    var unused = driver.order(CoreEvent.Order.RESUME);
  }

  /**
   * Takes no more calls, and waits until those that there are have been answered.
   *
   * @return false if time was up before
   */
  public boolean drain(Duration limit) throws InterruptedException {
    return waited(driver.order(CoreEvent.Order.DRAIN), limit);
  }

  /**
   * Takes no more calls, gives those that there are this long, fails the rest with {@link
   * PoolClosedException}, and stops all workers. When this returns the listener is told nothing any
   * more; it has 5 s for what it was not told yet. Idempotent.
   *
   * @return whether all calls were answered
   * @throws InterruptedException if the thread is interrupted; all has ended nevertheless, calls
   *     without their time
   */
  public boolean shutdown(Duration limit) throws InterruptedException {
    boolean interrupted = false;
    boolean answered = false;
    try {
      answered = drain(limit);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    stopWorkers();
    driver.endTelling();
    if (interrupted) {
      throw new InterruptedException("while a pool was shut down");
    }
    return answered;
  }

  private void stopWorkers() {
    var unused = driver.order(CoreEvent.Order.CLOSE);
    driver.over().join(); // as long as the stop of a worker takes, which is bounded
    for (PooledChild child : driver.children()) {
      child.gone().join();
    }
  }

  /**
   * As {@link #shutdown}, with the limit of {@link PoolSpec#closeLimit}. An interrupt cuts it short
   * and stays set.
   */
  @Override
  public void close() {
    try {
      boolean unused = shutdown(settings.closeLimit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The workers that have not ended, in the order of their starts. */
  public List<Worker> workers() {
    long now = driver.now();
    return driver.look(core -> core.members().stream().map(member -> shown(member, now)).toList());
  }

  /** How many calls wait for a worker. */
  public int waiting() {
    return driver.look(PoolCore::waiting);
  }

  /** How calls have ended so far. */
  public CallCounts callCounts() {
    return driver.tally().counts();
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends PoolEvent> type) {
    return driver.eventCount(type);
  }

  /** A call of a batch. */
  Call newCall(@Nullable I input) {
    return newCall(input, settings.callOptions);
  }

  /**
   * Begins calls of a batch.
   *
   * @param begun is told of each, before anything happens to it
   */
  void begin(Collection<Call> calls, Consumer<Call> begun) throws InterruptedException {
    driver.submitAll(calls, begun);
  }

  /** Waits for a call that was begun; an interrupt gives it up. */
  @Nullable O await(Call call) throws InterruptedException {
    try {
      Call.Asked asked = call.asked;
      if (asked != null && call.caller != null && !call.answer.isDone()) {
        asked.link().readUntil(asked.reply(), readsItself(call));
      }
      call.caller = null;
      return decoded(call.answer.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException reason) {
        throw reason;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      cancel(call);
      throw e;
    }
  }

  /** Not beyond its deadline, of which it hears nothing meanwhile. */
  private static Duration readsItself(Call call) {
    return call.options
        .deadline()
        .filter(limit -> limit.compareTo(READS_ITSELF) < 0)
        .orElse(READS_ITSELF);
  }

  /** Gives up a call that was begun. */
  void cancel(Call call) {
    if (!call.answer.isDone()) {
      driver.post(new CoreEvent.Cancelled(call));
    }
  }

  @Nullable O decoded(@Nullable Object answer) {
    return answer instanceof Message message ? Values.as(message, answerType) : null;
  }

  private Call newCall(@Nullable I input, CallOptions options) {
    boolean keyed = settings.balancing == Balancing.BY_KEY;
    if (keyed != options.key().isPresent()) {
      throw new IllegalArgumentException(
          keyed ? "this pool needs a key for each call" : "this pool goes by no keys");
    }
    return new Call(lastCall.incrementAndGet(), input, options);
  }

  /**
   * How many calls of a batch are begun and not looked at: enough that no worker waits for another
   * whose turn comes first, be that held up by the kernel for a time slice.
   */
  private int window() {
    double busy = settings.maximum * ((double) settings.concurrency + settings.ahead);
    return (int) Math.min(settings.queueLimit, 16 * busy);
  }

  private Worker shown(Member member, long now) {
    PooledChild child = driver.child(member);
    return new Worker(
        member.id,
        member.slot,
        child == null ? OptionalLong.empty() : child.pid(),
        switch (member.state) {
          case STARTING -> Worker.Phase.STARTING;
          case SERVING -> Worker.Phase.SERVING;
          case RETIRING -> Worker.Phase.RETIRING;
          case STOPPING -> Worker.Phase.STOPPING;
        },
        member.running.size(),
        member.assigned,
        Duration.ofNanos(Math.max(0, now - member.startedNanos)));
  }

  private static boolean waited(CompletableFuture<Void> what, Duration limit)
      throws InterruptedException {
    try {
      what.get(NANOSECONDS.convert(limit), NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("this cannot fail", e);
    }
  }
}
