package dev.brood.workers.pool;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.watch.Admission;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a pool of workers is to be: see {@link WorkerPool#of}. Immutable.
 *
 * @param <I> what a call is given
 * @param <O> what it is answered with
 */
public final class PoolSpec<I, O> {
  private final Fork fork;
  private final Class<O> answerType;
  private final PoolSettings settings;

  PoolSpec(Fork fork, Class<O> answerType, PoolSettings settings) {
    this.fork = withoutPipes(fork);
    this.answerType = Objects.requireNonNull(answerType);
    this.settings = settings;
  }

  /**
   * With changes to the program that the workers run: {@code spec.program(fork ->
   * fork.runtimeArguments("-Xmx200m"))}.
   *
   * @throws IllegalArgumentException if one of its outputs is a pipe, which nobody would read
   */
  public PoolSpec<I, O> program(UnaryOperator<Fork> change) {
    return new PoolSpec<>(change.apply(fork), answerType, settings);
  }

  /** Always so many workers. As many as there are processors unless set. */
  public PoolSpec<I, O> size(int workers) {
    return size(workers, workers);
  }

  /**
   * So many workers at least, and at most so many: one more is started when a call has waited for
   * {@link #growAfter} and {@link #admission} allows it, one at a time.
   *
   * @throws IllegalArgumentException if the minimum is negative, or the maximum below it or below 1
   */
  public PoolSpec<I, O> size(int minimum, int maximum) {
    if (minimum < 0 || maximum < Math.max(1, minimum)) {
      throw new IllegalArgumentException(
          "a pool has from 0 or more to 1 or more workers, not " + minimum + " to " + maximum);
    }
    return with(copy -> {
      copy.minimum = minimum;
      copy.maximum = maximum;
    });
  }

  /** So many workers are kept up that have nothing to do, within the maximum. None unless set. */
  public PoolSpec<I, O> spares(int workers) {
    int count = notNegative("spares", workers);
    return with(copy -> copy.spares = count);
  }

  /**
   * A worker runs so many calls at once: a Node script that waits for others, say. 1 unless set.
   */
  public PoolSpec<I, O> callsPerWorker(int calls) {
    int count = positive("calls per worker", calls);
    return with(copy -> copy.concurrency = count);
  }

  /**
   * So many further calls are sent to a worker that is at work, once the pool has its maximum of
   * workers, so that it need not wait for its next. None unless set.
   *
   * <p>For short calls only, and only for workers that run one call after the other and have
   * written an answer before they begin the next call, as {@link PoolChild} does. When such a
   * worker ends, the calls that it has not begun go to others; a worker that begins them early
   * would make them run twice.
   */
  public PoolSpec<I, O> ahead(int calls) {
    int count = notNegative("calls ahead", calls);
    return with(copy -> copy.ahead = count);
  }

  /** Which worker gets a call. {@link Balancing#LEAST_BUSY} unless set. */
  public PoolSpec<I, O> balancing(Balancing balancing) {
    return with(copy -> copy.balancing = balancing);
  }

  /** How many calls wait, and what happens to more. 10,000, and the caller waits, unless set. */
  public PoolSpec<I, O> queue(int limit, WhenQueueFull whenFull) {
    int count = positive("a queue's limit", limit);
    return with(copy -> {
      copy.queueLimit = count;
      copy.whenFull = whenFull;
    });
  }

  /** How calls are treated that come without options of their own. */
  public PoolSpec<I, O> calls(CallOptions options) {
    return with(copy -> copy.callOptions = options);
  }

  /** When a worker is replaced by a fresh one. Never unless set. */
  public PoolSpec<I, O> recycling(Recycling recycling) {
    return with(copy -> copy.recycling = recycling);
  }

  /** How long a call waits before one more worker is started. 50 ms unless set. */
  public PoolSpec<I, O> growAfter(Duration age) {
    Duration checked = notNegative(age);
    return with(copy -> copy.growAfter = checked);
  }

  /** How long a worker beyond the minimum may have nothing to do. One minute unless set. */
  public PoolSpec<I, O> idleLimit(Duration limit) {
    Duration checked = notNegative(limit);
    return with(copy -> copy.idleLimit = checked);
  }

  /**
   * A worker gets calls when it has said that it is ready, by {@code {"brood":"ready"}} or the text
   * {@code ready}; one that does not within this limit, or ends before, is never used. Unless set a
   * worker gets calls as soon as it is started.
   */
  public PoolSpec<I, O> awaitReady(Duration limit) {
    Duration checked = notNegative(limit);
    return with(copy -> copy.readyLimit = Optional.of(checked));
  }

  /**
   * How many workers may end with a call in their hands before it fails: while they run it, if it
   * is idempotent, or before they have read the whole of it. 3 unless set.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public PoolSpec<I, O> poisonAfter(int deaths) {
    int count = positive("a number of deaths", deaths);
    return with(copy -> copy.poisonAfter = count);
  }

  /**
   * After how many failed starts in a row, with no worker left, calls fail at once instead of
   * waiting for the next try. 5 unless set.
   */
  public PoolSpec<I, O> giveUpAfter(int starts) {
    int count = positive("a number of starts", starts);
    return with(copy -> copy.giveUpAfter = count);
  }

  /**
   * How long the pool waits before it starts a worker again after some that did not come up, or
   * died before their first good answer; and before a call is retried whose worker was killed from
   * outside. At once, then from 200 ms up to 30 s, unless set.
   */
  public PoolSpec<I, O> backoff(Backoff backoff) {
    return with(copy -> copy.backoff = backoff);
  }

  /**
   * How long a worker has between the signal and SIGKILL, when it retires and when its call is
   * given up. 5 s and 1 s unless set; a call beside one that is given up has 10 s to be finished.
   */
  public PoolSpec<I, O> grace(Duration retiring, Duration givenUp) {
    Duration gently = notNegative(retiring);
    Duration firmly = notNegative(givenUp);
    return with(copy -> {
      copy.retireGrace = gently;
      copy.giveUpGrace = firmly;
    });
  }

  /** Who is asked whether the machine bears one more worker; {@code kind} names what they do. */
  public PoolSpec<I, O> admission(Admission admission, String kind) {
    return with(copy -> {
      copy.admission = admission;
      copy.kind = kind;
    });
  }

  /** Told of what happens, in order, on a virtual thread. Only one; see {@link PoolEvent}. */
  public PoolSpec<I, O> listener(Consumer<PoolEvent> listener) {
    return with(copy -> copy.listener = listener);
  }

  /** How long {@link WorkerPool#close} waits for calls to be answered. 30 s unless set. */
  public PoolSpec<I, O> closeLimit(Duration limit) {
    Duration checked = notNegative(limit);
    return with(copy -> copy.closeLimit = checked);
  }

  /**
   * Starts it. That a worker cannot be started is told to the calls, not here.
   *
   * @throws IllegalArgumentException if calls are to be sent ahead to workers that run several, or
   *     there are more spares than workers
   */
  public WorkerPool<I, O> open() {
    PoolSettings checked = settings.copy();
    if (checked.ahead > 0 && checked.concurrency > 1) {
      throw new IllegalArgumentException(
          "calls are sent ahead to workers that run one at a time, not " + checked.concurrency);
    }
    if (checked.spares > checked.maximum) {
      throw new IllegalArgumentException(
          checked.spares + " spares are more than the maximum of " + checked.maximum);
    }
    return new WorkerPool<>(fork, answerType, checked);
  }

  private static Fork withoutPipes(Fork fork) {
    Command command = fork.command();
    if (command.stdout().contains(Stdio.pipe()) || command.stderr().contains(Stdio.pipe())) {
      throw new IllegalArgumentException(
          "an output of a pool's worker cannot be a pipe, nobody would read it; use"
              + " Stdio.lines(consumer): "
              + command.commandLine());
    }
    return fork;
  }

  private PoolSpec<I, O> with(Consumer<PoolSettings> change) {
    PoolSettings copy = settings.copy();
    change.accept(copy);
    return new PoolSpec<>(fork, answerType, copy);
  }

  private static int positive(String what, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(what + ": 1 or more, not " + number);
    }
    return number;
  }

  private static int notNegative(String what, int number) {
    if (number < 0) {
      throw new IllegalArgumentException(what + ": 0 or more, not " + number);
    }
    return number;
  }

  private static Duration notNegative(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("a time is not negative: " + time);
    }
    return time;
  }
}
