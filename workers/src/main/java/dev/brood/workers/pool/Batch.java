package dev.brood.workers.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Many calls of one caller, a window of them at a time. For one thread, as a stream is. */
final class Batch<I, O> {
  private final WorkerPool<I, O> pool;
  private final Iterator<? extends I> inputs;
  private final int window;

  /** What is under way: its call and its input. */
  private final Map<Call, I> open = new LinkedHashMap<>();

  private final Deque<Call> order = new ArrayDeque<>();
  private final BlockingQueue<Call> done = new LinkedBlockingQueue<>();

  /** Something has failed in the middle: there is nothing behind it. */
  private boolean over;

  Batch(WorkerPool<I, O> pool, Iterator<? extends I> inputs, int window) {
    this.pool = pool;
    this.inputs = inputs;
    this.window = window;
  }

  Stream<@Nullable O> inOrder() {
    return this.<@Nullable O>stream(this::nextInOrder);
  }

  Stream<Completed<I, O>> asCompleted() {
    return stream(this::nextCompleted);
  }

  private <T extends @Nullable Object> Stream<T> stream(Next<T> next) {
    Spliterator<T> answers =
        new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, Spliterator.ORDERED) {
          @Override
          public boolean tryAdvance(Consumer<? super T> action) {
            return !over && guarded(next, action::accept);
          }
        };
    return StreamSupport.stream(answers, false).onClose(this::giveUp);
  }

  private boolean nextInOrder(Consumer<@Nullable O> action) throws InterruptedException {
    fill(false);
    Call call = order.poll();
    if (call == null) {
      return false;
    }
    open.remove(call);
    action.accept(pool.await(call));
    return true;
  }

  private boolean nextCompleted(Consumer<Completed<I, O>> action) throws InterruptedException {
    fill(true);
    if (open.isEmpty()) {
      return false;
    }
    Call call = done.take();
    I input = Objects.requireNonNull(open.remove(call));
    action.accept(completed(input, call));
    return true;
  }

  private Completed<I, O> completed(I input, Call call) throws InterruptedException {
    try {
      return new Completed.Answered<>(input, pool.await(call));
    } catch (RuntimeException e) {
      return new Completed.Failed<>(input, e);
    }
  }

  /** Begins further calls when half of the window is done: many go with one write. */
  private void fill(boolean tellWhenDone) throws InterruptedException {
    if (open.size() > window / 2) {
      return;
    }
    Map<Call, I> fresh = new LinkedHashMap<>();
    while (open.size() + fresh.size() < window && inputs.hasNext()) {
      I input = inputs.next();
      fresh.put(pool.newCall(input), input);
    }
    pool.begin(
        fresh.keySet(),
        call -> {
          open.put(call, fresh.get(call));
          if (tellWhenDone) {
            call.answer.whenComplete((answer, problem) -> done.add(call));
          } else {
            order.add(call);
          }
        });
  }

  /** Gives the next element, if there is one. */
  private interface Next<T extends @Nullable Object> {
    boolean give(Consumer<T> action) throws InterruptedException;
  }

  private <T extends @Nullable Object> boolean guarded(Next<T> next, Consumer<T> action) {
    boolean finished = false;
    try {
      boolean given = next.give(action);
      finished = true;
      return given;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted: the calls that were under way are given up");
    } finally {
      if (!finished) {
        giveUp();
      }
    }
  }

  private void giveUp() {
    over = true;
    open.keySet().forEach(pool::cancel);
    open.clear();
    order.clear();
  }
}
