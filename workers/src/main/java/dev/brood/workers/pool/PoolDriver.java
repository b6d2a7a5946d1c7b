package dev.brood.workers.pool;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Timer;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.workers.channel.CallLink;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.CoreEvent.Obstacle;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gives real events to a {@link PoolCore}, one at a time and in order, and does what it wants done.
 *
 * <p>There is no thread for that: who brings an event works through the mailbox, unless another
 * thread does so just now. So a call is sent by the thread that makes it, and answered by the one
 * that reads the answer. Nothing here waits. Thread-safe.
 */
final class PoolDriver {
  /** After so many events a caller leaves the rest to a thread that has nothing else to do. */
  private static final int MOST_IN_ONE_GO = 64;

  /** From so many events on that nobody has looked at, callers wait. */
  private static final int MOST_PENDING = 4096;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final Fork fork;
  private final PoolSettings settings;
  private final PoolCore core;
  private final Room room;
  private final EventTeller<PoolEvent> teller;
  private final CallTally tally = new CallTally();
  private final long originNanos = System.nanoTime();
  private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final Map<Member, PooledChild> children = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** These six belong to who works through the mailbox. */
  private final Deque<CoreEvent> next = new ArrayDeque<>();

  private final Sends sends = new Sends(next::add);
  private @Nullable Timer timer;
  private long timerDue = Long.MAX_VALUE;
  private boolean broken;
  private CompletableFuture<Void> drained = new CompletableFuture<>();

  PoolDriver(Fork fork, PoolSettings settings) {
    this.fork = fork;
    this.settings = settings;
    ThreadLocalRandomSource random = new ThreadLocalRandomSource();
    this.core = new PoolCore(settings.rules(random), random, settings.admission, settings.kind);
    this.room = new Room(settings.queueLimit);
    this.teller =
        new EventTeller<>("brood-pool-events", PoolEvent.EventsLost::new, settings.listener);
  }

  /** Random numbers for whichever thread asks. */
  private static final class ThreadLocalRandomSource implements RandomGenerator {
    @Override
    public long nextLong() {
      return ThreadLocalRandom.current().nextLong();
    }
  }

  /** Starts the first workers. */
  void open() {
    post(new CoreEvent.TimePassed());
    if (settings.recycling.aboveResidentBytes().isPresent()) {
      measureLater();
    }
  }

  /**
   * Takes a call, waiting for room in the queue if the pool is to.
   *
   * @param waits whether this thread will wait for the answer at once, and may read the channel
   *     itself
   */
  void submit(Call call, boolean waits) throws InterruptedException {
    call.caller = waits ? Thread.currentThread() : null;
    if (!awaitRoom(call, call.options.deadline().isPresent() ? System.nanoTime() : 0)) {
      throw noRoom(call);
    }
    postCalls(List.of(call));
  }

  /**
   * Takes calls, as many at once as there is room for. One for which there is none by its deadline
   * has failed.
   *
   * @param taken is told of each, before anything happens to it
   */
  void submitAll(Collection<Call> calls, Consumer<Call> taken) throws InterruptedException {
    List<Call> together = new ArrayList<>();
    long start = System.nanoTime();
    try {
      for (Call call : calls) {
        if (together.isEmpty() || !tryEnter(0)) {
          submitTogether(together); // whoever waits for room holds none
          if (!awaitRoom(call, start)) {
            taken.accept(call);
            call.answer.completeExceptionally(noRoom(call));
            continue;
          }
        }
        taken.accept(call);
        together.add(call);
      }
    } finally {
      submitTogether(together);
    }
  }

  private void submitTogether(List<Call> calls) {
    if (!calls.isEmpty()) {
      postCalls(calls);
      calls.clear();
    }
  }

  /** Whoever comes faster than calls are looked at waits until those before have been. */
  private void postCalls(List<Call> calls) {
    if (pending.get() >= MOST_PENDING) {
      int unused = look(PoolCore::waiting);
    }
    post(new CoreEvent.Submitted(calls));
  }

  /** Its wait, since that {@link System#nanoTime}, counts towards its deadline. */
  private boolean awaitRoom(Call call, long start) throws InterruptedException {
    Duration limit = call.options.deadline().orElse(null);
    if (limit == null) {
      return tryEnter(Long.MAX_VALUE);
    }
    boolean entered = tryEnter(NANOSECONDS.convert(limit) - (System.nanoTime() - start));
    call.waitedNanos = System.nanoTime() - start;
    return entered;
  }

  private static CallDeadlineException noRoom(Call call) {
    String limit = call.options.deadline().map(Duration::toString).orElse("");
    return new CallDeadlineException("no room in the queue within " + limit);
  }

  private boolean tryEnter(long waitNanos) throws InterruptedException {
    return settings.whenFull != WhenQueueFull.BLOCK || room.enter(waitNanos);
  }

  /** Tells the core of something; it may happen on this thread, or a little later on another. */
  void post(CoreEvent event) {
    execute(() -> step(event));
  }

  /**
   * Orders something; returns when the core knows it.
   *
   * @return completed when, by this order and none after it, no call is unanswered and none is
   *     taken
   */
  CompletableFuture<Void> order(CoreEvent.Order order) {
    return look(known -> ordered(order));
  }

  private CompletableFuture<Void> ordered(CoreEvent.Order order) {
    step(new CoreEvent.Ordered(order));
    if (core.takesCalls() && drained.isDone()) { // a closed pool does not, and stays drained
      drained = new CompletableFuture<>();
    }
    room.open(core.takesCalls());
    return drained;
  }

  /** Looks at the core, between two events. */
  <T> T look(Function<PoolCore, T> view) {
    CompletableFuture<T> seen = new CompletableFuture<>();
    execute(() -> {
      try {
        seen.complete(view.apply(core));
      } catch (RuntimeException | Error e) {
        seen.completeExceptionally(e);
        throw e;
      }
    });
    return seen.join();
  }

  /** How calls have ended so far. */
  CallTally tally() {
    return tally;
  }

  /** How many events of a type there were. */
  long eventCount(Class<? extends PoolEvent> type) {
    return teller.count(type);
  }

  /** Ends the listener, which is not told of anything any more. */
  void endTelling() {
    teller.close();
  }

  /** Completed when the pool is closed and no worker is left. */
  CompletableFuture<Void> over() {
    return over;
  }

  /** All whose processes may still be there. */
  Collection<PooledChild> children() {
    return children.values();
  }

  /** The time that the core is told. */
  long now() {
    return System.nanoTime() - originNanos;
  }

  @Nullable PooledChild child(Member member) {
    return children.get(member);
  }

  private void execute(Runnable work) {
    mailbox.add(work);
    if (pending.getAndIncrement() == 0) {
      workThrough();
    }
  }

  /** For one thread at a time: the one that found nothing pending, or was told to go on. */
  private void workThrough() {
    int done = 0;
    do {
      if (done++ == MOST_IN_ONE_GO) {
        Thread.ofVirtual().name("brood-pool-driver").start(this::workThrough);
        return;
      }
      Runnable work = mailbox.poll();
      if (work == null) {
        throw new AssertionError("what is pending is in the mailbox");
      }
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    } while (pending.decrementAndGet() > 0);
  }

  /** A mistake in this program: rather no pool than calls that nobody ever answers. */
  private void failed(Throwable reason) {
    LOGGER.log(Level.ERROR, "a pool of " + fork + " is closed because of an error in it", reason);
    if (!broken) {
      broken = true;
      next.clear();
      execute(() -> ordered(CoreEvent.Order.CLOSE));
    }
  }

  private void step(CoreEvent event) {
    if (event instanceof CoreEvent.TimePassed) {
      timerDue = Long.MAX_VALUE;
    }
    long now = now();
    performAll(core.handle(event, now), now);
    for (CoreEvent follows = next.poll(); follows != null; follows = next.poll()) {
      performAll(core.handle(follows, now), now);
    }
    wakeAt(core.nextWake(now), now);
  }

  private void performAll(List<CoreEffect> effects, long now) {
    effects.forEach(effect -> tryToPerform(effect, now));
    sends.flush();
  }

  /** One effect that fails must not keep the next, the answer to a call, from happening. */
  private void tryToPerform(CoreEffect effect, long now) {
    try {
      perform(effect, now);
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void perform(CoreEffect effect, long now) {
    switch (effect) {
      case CoreEffect.Start(Member member, var ticket) -> {
        PooledChild child = new PooledChild(member, ticket, settings, this::post);
        children.put(member, child);
        CompletableFuture<Void> unused = child.gone().thenRun(() -> children.remove(member, child));
        child.start(fork);
      }
      case CoreEffect.Send(Member member, Call call) -> send(member, call);
      case CoreEffect.Stop(Member member, var manner) -> {
        PooledChild child = children.get(member);
        if (child != null) {
          child.stop(manner);
        }
      }
      case CoreEffect.Complete(Call call, Object value) -> {
        done(call, null, now);
        call.answer.complete(value);
      }
      case CoreEffect.Fail(Call call, RuntimeException failure) -> {
        done(call, failure, now);
        call.answer.completeExceptionally(failure);
      }
      case CoreEffect.RoomFree() -> room.leave();
      case CoreEffect.RoomTaken() -> room.enterAgain();
      case CoreEffect.Tell(PoolEvent event) -> tell(event);
      case CoreEffect.Drained() -> drained.complete(null);
      case CoreEffect.Over() -> {
        if (timer != null) {
          timer.cancel();
        }
        over.complete(null);
      }
    }
  }

  private void done(Call call, @Nullable RuntimeException failure, long now) {
    tally.done(now - call.arrivedNanos, failure == null);
    if (FlightRecording.inUse()) {
      JfrEvents.record(settings.kind, call, failure, now);
    }
  }

  private void tell(PoolEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(settings.kind, event);
    }
    teller.tell(event);
  }

  private void send(Member member, Call call) {
    PooledChild child = children.get(member);
    CallLink link = child == null ? null : child.link();
    if (child == null || link == null) {
      next.add(new CoreEvent.NotSent(member, call, Obstacle.CLOSED));
    } else {
      sends.add(child, link, call);
    }
  }

  private void wakeAt(long due, long now) {
    if (due >= timerDue) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerDue = due;
    timer =
        Reactor.shared()
            .after(
                due - now,
                () ->
                    Thread.ofVirtual()
                        .name("brood-pool-timer")
                        .start(() -> post(new CoreEvent.TimePassed())));
  }

  private void measureLater() {
    Timer unused =
        Reactor.shared()
            .after(
                Duration.ofSeconds(1).toNanos(),
                () -> Thread.ofVirtual().name("brood-pool-memory").start(this::measureAll));
  }

  private void measureAll() {
    try {
      children.values().forEach(this::measure);
    } catch (RuntimeException e) { // no descriptor left, say: another time, then
      LOGGER.log(Level.WARNING, "the memory of workers of " + fork + " is not known now", e);
    } finally {
      if (!over.isDone()) {
        measureLater();
      }
    }
  }

  private void measure(PooledChild child) {
    child
        .pid()
        .ifPresent(pid ->
            ProcessInfo.of(pid)
                .ifPresent(
                    info -> post(new CoreEvent.Measured(child.member(), info.residentBytes()))));
  }
}
