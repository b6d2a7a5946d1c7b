package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.StopReport;
import dev.brood.process.observe.ProcessTable;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.event.ThreadEnd;
import dev.brood.workers.watch.HeartbeatCore.Effect;
import dev.brood.workers.watch.HeartbeatCore.Event;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Watches any number of children for signs of life and progress, with one thread for all and one
 * pass over {@code /proc} for all that are silent. Thread-safe.
 *
 * <p>It is a platform thread, as such a pass would keep the virtual threads of a whole carrier
 * waiting. While there is no child it sleeps.
 */
public final class RunningHeartbeats implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  /** How long after a child's end it is waited for what it said before it. */
  private static final long LAST_WORDS_NANOS = Duration.ofSeconds(1).toNanos();

  /** One that has ended, and what it said may still be on its way. */
  private record Ended(Pulse pulse, CompletableFuture<Void> onSilence, long since) {}

  private final Heartbeats rules;
  private final LongFunction<String> stacks;
  private final long tickNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final HeartbeatCore core;
  private final EventTeller<WatchEvent> events;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Pulse> watched = new HashMap<>();
  private final Map<Long, Ended> ended = new HashMap<>();
  private final Map<Long, TreeActivity> looks = new HashMap<>();
  private final Set<Thread> actions = new HashSet<>();
  private final Thread thread;
  private boolean closed;

  RunningHeartbeats(Heartbeats rules, Consumer<? super WatchEvent> listener) {
    this(rules, listener, StackDump::of);
  }

  /** One that gets the stacks of a tree from elsewhere. */
  RunningHeartbeats(
      Heartbeats rules, Consumer<? super WatchEvent> listener, LongFunction<String> stacks) {
    this.rules = rules;
    this.stacks = stacks;
    this.tickNanos = rules.tick().toNanos();
    this.core = new HeartbeatCore(rules);
    this.events =
        new EventTeller<>(
            "brood-watch-events", lost -> new WatchEvent.EventsLost("heartbeats", lost), listener);
    this.thread = Thread.ofPlatform().name("brood-heartbeats").daemon().start(this::run);
  }

  /** What a child that is to be watched gives its signs to. */
  public Pulse pulse(String name) {
    return new Pulse(this, ids.incrementAndGet(), name);
  }

  /** How many children are watched now. */
  public int children() {
    lock.lock();
    try {
      return core.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many of them have stalled and not recovered. */
  public int stalled() {
    lock.lock();
    try {
      return core.stalled();
    } finally {
      lock.unlock();
    }
  }

  /** How long a child may be silent at present. */
  public Duration limit() {
    lock.lock();
    try {
      return Duration.ofNanos(core.limit());
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends WatchEvent> type) {
    return events.count(type);
  }

  /**
   * Watches no more; the children are left alone. Waits for stops and dumps that have begun, and
   * for the listener, five seconds at most, unless it is called from there. Idempotent; an
   * interrupt does not cut it short and stays set.
   */
  @Override
  public void close() {
    locked(() -> {
      closed = true;
      changed.signalAll();
    });
    ThreadEnd.await(thread);
    List<Thread> left = new ArrayList<>(); // no action begins any more
    locked(() -> left.addAll(actions));
    left.forEach(ThreadEnd::await);
    events.close();
  }

  void add(Pulse pulse, Child child, @Nullable Channel channel) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("these heartbeats are closed");
      }
      if (watched.size() >= rules.mostChildren()) {
        throw new IllegalStateException(rules.mostChildren() + " children are watched already");
      }
      pulse.bind(child, channel);
      watched.put(pulse.id(), pulse);
      feed(new Event.Joined(pulse.id()), System.nanoTime());
      if (pulse.isHeld()) {
        feed(new Event.Held(pulse.id()), System.nanoTime());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    var unused = child.onExit().whenComplete((exit, lost) -> left(pulse));
  }

  /** Also of one that is not watched yet. */
  void hold(Pulse pulse) {
    locked(() -> {
      pulse.noteHeld(true);
      feed(new Event.Held(pulse.id()), System.nanoTime());
    });
  }

  void release(Pulse pulse) {
    locked(() -> {
      pulse.noteHeld(false);
      feed(new Event.Released(pulse.id()), System.nanoTime());
    });
  }

  void remove(Pulse pulse) {
    locked(() -> forget(pulse));
  }

  private boolean forget(Pulse pulse) {
    looks.remove(pulse.id());
    feed(new Event.Left(pulse.id()), System.nanoTime());
    return watched.remove(pulse.id()) != null;
  }

  private void left(Pulse pulse) {
    locked(() -> {
      if (forget(pulse)) {
        ended.put(pulse.id(), new Ended(pulse, pulse.onSilence(), System.nanoTime()));
        changed.signalAll();
      }
    });
  }

  private void run() {
    while (awaitTick()) {
      try {
        locked(this::collect);
        List<Effect> effects = tick();
        for (Effect effect : effects) {
          if (effect instanceof Effect.Look look) {
            look(look);
          }
        }
      } catch (RuntimeException e) {
        LOGGER.log(Level.WARNING, "children could not be looked at; this goes on", e);
      }
    }
    locked(this::collect); // what was said until the end is told
  }

  /** Waits for the next tick, and for a child if there is none; false at the end. */
  private boolean awaitTick() {
    lock.lock();
    try {
      long end = System.nanoTime() + tickNanos;
      while (!closed) {
        long left = end - System.nanoTime();
        if (watched.isEmpty() && ended.isEmpty()) {
          changed.await();
          end = System.nanoTime() + tickNanos;
        } else if (left <= 0) {
          return true;
        } else {
          long unused = changed.awaitNanos(left);
        }
      }
      return false;
    } catch (InterruptedException e) {
      return false; // nobody has this thread to interrupt it
    } finally {
      lock.unlock();
    }
  }

  private List<Effect> tick() {
    lock.lock();
    try {
      return feed(new Event.Tick(), System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Takes in the signs and the progress since the last tick. */
  private void collect() {
    for (Pulse pulse : watched.values()) {
      long now = System.nanoTime();
      for (Pulse.Stamp stamp : pulse.takeStamps(now)) {
        feed(new Event.Signed(pulse.id(), stamp.sign(), stamp.at()), now);
      }
      tellProgress(pulse);
    }
    ended
        .values()
        .removeIf(child -> {
          boolean last =
              closed
                  || child.onSilence.isDone()
                  || System.nanoTime() - child.since > LAST_WORDS_NANOS;
          tellProgress(child.pulse);
          return last;
        });
  }

  private void tellProgress(Pulse pulse) {
    if (pulse.takeMoved()) {
      tell(new ProgressEvent.Moved(pulse.name(), pulse.child().pid(), pulse.progress()));
    }
  }

  private void look(Effect.Look look) {
    ProcessTable snapshot = ProcessTable.read();
    for (long id : look.beginning()) {
      lookAt(snapshot, id, false);
    }
    for (long id : look.compared()) {
      lookAt(snapshot, id, true);
    }
  }

  private void lookAt(ProcessTable snapshot, long id, boolean compare) {
    Pulse pulse = find(id);
    if (pulse == null) {
      return;
    }
    TreeActivity now = TreeActivity.of(snapshot.tree(pulse.child().pid())); // reads many files
    lock.lock();
    try {
      if (!watched.containsKey(id)) {
        return;
      }
      TreeActivity earlier = looks.put(id, now);
      if (compare && earlier != null) {
        long at = System.nanoTime();
        for (Sign sign : now.signsSince(earlier)) {
          feed(new Event.Signed(id, sign, at), at);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Pulse find(long id) {
    lock.lock();
    try {
      return watched.get(id);
    } finally {
      lock.unlock();
    }
  }

  /** Tells the core, with the lock, and carries out what does not wait. */
  private List<Effect> feed(Event event, long now) {
    List<Effect> effects = core.on(event, now);
    effects.forEach(this::carryOut);
    return effects;
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Look _ -> {} // reads many files: without the lock, after the tick
      case Effect.Stall stall -> {
        Pulse pulse = pulse(stall.id());
        tell(
            new HeartbeatEvent.Stalled(
                pulse.name(),
                pulse.child().pid(),
                Duration.ofNanos(stall.silence()),
                Duration.ofNanos(stall.limit()),
                stall.ago()));
      }
      case Effect.Recover(long id, long silence) -> {
        Pulse pulse = pulse(id);
        tell(
            new HeartbeatEvent.Recovered(
                pulse.name(), pulse.child().pid(), Duration.ofNanos(silence)));
      }
      case Effect.TakeDump(long id, Dump dump) -> {
        Pulse pulse = pulse(id);
        act("brood-dump-" + pulse.name(), () -> dump(pulse, dump));
      }
      case Effect.Stop(long id, long silence) -> {
        Pulse pulse = pulse(id);
        tell(
            new HeartbeatEvent.Stopping(
                pulse.name(), pulse.child().pid(), Duration.ofNanos(silence)));
        act("brood-stop-" + pulse.name(), () -> stop(pulse));
      }
    }
  }

  private void dump(Pulse pulse, Dump dump) {
    long pid = pulse.child().pid();
    String text;
    try {
      text =
          switch (dump) {
            case Dump.BySignal(var signal) ->
                pulse.child().signal(signal) ? signal + " sent" : signal + " could not be sent";
            case Dump.Stacks _ -> stacks.apply(pid);
          };
    } catch (RuntimeException e) { // UncheckedIOException for want of descriptors, or a defect
      text = "no dump: " + e;
    }
    tell(new HeartbeatEvent.Dumped(pulse.name(), pid, text));
  }

  private void stop(Pulse pulse) {
    StopReport report = pulse.child().stop();
    tell(new HeartbeatEvent.Stopped(pulse.name(), pulse.child().pid(), report));
  }

  /** Does something that takes its time, on a thread of its own; called with the lock. */
  private void act(String name, Runnable action) {
    Thread started =
        Thread.ofVirtual()
            .name(name)
            .unstarted(() -> {
              try {
                action.run();
              } finally {
                locked(() -> actions.remove(Thread.currentThread()));
              }
            });
    actions.add(started);
    started.start();
  }

  private void tell(WatchEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(event);
    }
    events.tell(event);
  }

  private Pulse pulse(long id) {
    Pulse pulse = watched.get(id);
    if (pulse == null) {
      throw new IllegalStateException("no child " + id); // the core forgets with us
    }
    return pulse;
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
