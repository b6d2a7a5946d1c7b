package dev.brood.workers.event;

import dev.brood.process.internal.io.BackgroundLog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners of events, in order, on a virtual thread that there is only while there is
 * something to tell, so that whoever has an event never waits for a listener. Thread-safe.
 *
 * <p>Listeners that are {@value #MOST_WAITING} events behind lose the newest. What is lost is
 * counted, logged, and told in its place if there is an event for that. What a listener throws is
 * logged, and the next event is told.
 *
 * @param <E> what is told
 */
public final class EventTeller<E> implements AutoCloseable {
  /** How many events wait for a slow listener. */
  public static final int MOST_WAITING = 4096;

  private static final Duration LAST_WAIT = Duration.ofSeconds(5);
  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final String name;
  private final @Nullable LongFunction<? extends E> lossEvent;
  private final List<Consumer<? super E>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<E> waiting = new ArrayDeque<>();
  private final Map<Class<?>, LongAdder> counts = new ConcurrentHashMap<>();
  private @Nullable Thread telling;
  private long lost;
  private long untold;
  private boolean ended;

  /**
   * One whose listeners are not told how much they lost: there is no event that could say it.
   *
   * @param name of its thread, and in the log
   */
  public EventTeller(String name) {
    this.name = name;
    this.lossEvent = null;
  }

  /**
   * One that tells listeners how much they lost.
   *
   * @param name of its thread, and in the log
   * @param lossEvent makes the event that tells how many were lost before it
   */
  public EventTeller(
      String name, LongFunction<? extends E> lossEvent, Consumer<? super E> listener) {
    this.name = name;
    this.lossEvent = lossEvent;
    listeners.add(listener);
  }

  /** Adds a listener, behind the others. */
  public void listen(Consumer<? super E> listener) {
    listeners.add(listener);
  }

  /** Whether there is a listener. */
  public boolean isHeard() {
    return !listeners.isEmpty();
  }

  /** Counts an event, and takes it unless nobody listens or there are to be no more. */
  public void tell(E event) {
    count(event);
    lock.lock();
    try {
      if (ended || listeners.isEmpty()) {
        return;
      }
      if (waiting.size() < MOST_WAITING) {
        add(event);
      } else {
        lose();
      }
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #tell}, but the last event, for which there is always room. */
  public void tellLast(E event) {
    count(event);
    lock.lock();
    try {
      if (!ended) {
        add(event);
        ended = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many events of a type there were, whether or not somebody was told. */
  public long count(Class<? extends E> type) {
    LongAdder count = counts.get(type);
    return count == null ? 0 : count.sum();
  }

  /** Takes no more events; those that wait are told. */
  public void end() {
    lock.lock();
    try {
      ended = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all is told, and lets go of the rest when that takes longer. A listener that calls
   * this does not wait. An interrupt cuts the wait short and stays set.
   */
  public void awaitTold(Duration limit) {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    for (Thread teller = telling(); // after one that an error has ended there is another
        teller != null && teller != Thread.currentThread();
        teller = telling()) {
      try {
        if (!teller.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
          abandon(teller, limit);
          return;
        }
      } catch (InterruptedException e) {
        abandon(teller, limit);
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * Takes no more events, and waits until those that there are have been told; 5 s at most, and not
   * in a listener. An interrupt does not cut the wait short and stays set.
   */
  @Override
  public void close() {
    end();
    long end = System.nanoTime() + LAST_WAIT.toNanos();
    for (Thread teller = telling(); // after one that an error has ended there is another
        teller != null && teller != Thread.currentThread();
        teller = telling()) {
      if (!ThreadEnd.await(teller, Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
        abandon(teller, LAST_WAIT);
        return;
      }
    }
  }

  private @Nullable Thread telling() {
    lock.lock();
    try {
      return telling;
    } finally {
      lock.unlock();
    }
  }

  private void count(E event) {
    counts.computeIfAbsent(event.getClass(), type -> new LongAdder()).increment();
  }

  private void add(E event) {
    E loss = takeLoss();
    if (loss != null) {
      waiting.add(loss);
    }
    waiting.add(event);
    if (telling == null) {
      telling = begin();
    }
  }

  /** What tells of the events that were lost since the last time; null if there is nothing. */
  private @Nullable E takeLoss() {
    if (untold == 0 || lossEvent == null) {
      return null;
    }
    E loss = lossEvent.apply(untold);
    count(loss);
    untold = 0;
    return loss;
  }

  private void lose() {
    lost++;
    untold++;
    if (Long.bitCount(lost) == 1) { // the first, and then ever more rarely
      BackgroundLog.log(
          "dev.brood.workers",
          Level.WARNING,
          "%s: the listener is too slow, %,d lost so far".formatted(name, lost));
    }
  }

  private Thread begin() {
    return Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    boolean done = false;
    try {
      for (E next = take(); next != null; next = take()) {
        tellNow(next);
      }
      done = true;
    } finally {
      if (!done) {
        goOn();
      }
    }
  }

  /** An error has ended the thread; what follows is told by another one. */
  private void goOn() {
    lock.lock();
    try {
      telling = null;
      if (!waiting.isEmpty()) {
        telling = begin();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable E take() {
    lock.lock();
    try {
      E next = waiting.poll();
      next = next == null ? takeLoss() : next;
      if (next == null) {
        telling = null;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void tellNow(E event) {
    for (Consumer<? super E> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOGGER.log(Level.WARNING, name + ": a listener failed at " + event, e);
      }
    }
  }

  private void abandon(Thread teller, Duration limit) {
    int left;
    lock.lock();
    try {
      left = waiting.size();
      waiting.clear();
      untold = 0;
    } finally {
      lock.unlock();
    }
    teller.interrupt();
    LOGGER.log(
        Level.WARNING,
        "{0}: a listener still runs after {1}; {2} events are not told",
        name,
        limit,
        left);
  }
}
