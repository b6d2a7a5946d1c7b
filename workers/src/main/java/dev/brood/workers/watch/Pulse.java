package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What one child gives signs of life to. Make it before the start, so that {@link #tap} can be
 * among the child's sinks; {@link #watch} then begins to watch. Thread-safe; a sign costs a few
 * nanoseconds.
 */
public final class Pulse {
  private static final long NEVER = Long.MIN_VALUE;
  private static final Sign[] SIGNS = Sign.values();

  /** A sign and when it was given. */
  record Stamp(Sign sign, long at) {}

  private final RunningHeartbeats owner;
  private final long id;
  private final String name;
  private final ProgressTracker tracker = new ProgressTracker();
  private final AtomicLongArray given = new AtomicLongArray(SIGNS.length);
  private final AtomicBoolean moved = new AtomicBoolean();
  private final long[] taken = new long[SIGNS.length];
  private @Nullable Child child;
  private @Nullable Channel channel;
  private long messagesSeen;
  private boolean held;

  Pulse(RunningHeartbeats owner, long id, String name) {
    this.owner = owner;
    this.id = id;
    this.name = name;
    for (Sign sign : SIGNS) {
      given.set(sign.ordinal(), NEVER);
      taken[sign.ordinal()] = NEVER;
    }
  }

  /** The name under which the child is watched. */
  public String name() {
    return name;
  }

  /**
   * Begins to watch a child. Its silence begins now; it is forgotten when it ends.
   *
   * @throws IllegalStateException if this pulse is another child's already, the most that may be
   *     watched are, or the heartbeats are closed
   */
  public Pulse watch(Child child) {
    owner.add(this, child, null);
    return this;
  }

  /**
   * As {@link #watch(Child)}; takes beats and progress from its channel, which are not received as
   * messages then, and counts every other message as a sign.
   *
   * @throws IllegalStateException also if something else takes them from the channel
   */
  public Pulse watch(Child child, Channel channel) {
    owner.add(this, child, channel);
    boolean listening = false;
    try {
      Channel unused =
          channel.on(
              Map.of(
                  "beat", message -> beat(),
                  "progress", message -> ProgressReport.of(message).ifPresent(this::progress)));
      listening = true;
    } finally {
      if (!listening) {
        owner.remove(this);
      }
    }
    return this;
  }

  /** It is alive. */
  public void beat() {
    give(Sign.BEAT);
  }

  /** It has written something, which the caller has read. */
  public void output() {
    give(Sign.OUTPUT);
  }

  /** It has got that far. A report that says nothing new is no sign of life. */
  public void progress(ProgressReport report) {
    if (tracker.report(report)) {
      moved.set(true);
      give(Sign.PROGRESS);
    }
  }

  /** How far it has got. */
  public Progress progress() {
    return tracker.progress();
  }

  /** A sink that notes output: {@code command.stdout(Stdio.inherit(), pulse.tap())}. */
  public Stdio.Sink tap() {
    return Stdio.streamFor(pid -> new OutputTap(this::output, null, this::progress));
  }

  /** As {@link #tap()}, and finds progress in the lines; a carriage return ends one too. */
  public Stdio.Sink tap(ProgressPattern pattern) {
    return Stdio.streamFor(pid -> new OutputTap(this::output, pattern, this::progress));
  }

  /**
   * Expects nothing of it until {@link #release}: it is suspended, or idle by agreement. That may
   * be said before {@link #watch}.
   */
  public void hold() {
    owner.hold(this);
  }

  /** Expects signs again; what passed since {@link #hold} is not silence. */
  public void release() {
    owner.release(this);
  }

  @Override
  public String toString() {
    return "Pulse[" + name + "]";
  }

  long id() {
    return id;
  }

  /** Who it is the pulse of; called with the owner's lock. */
  void bind(Child newChild, @Nullable Channel newChannel) {
    if (child != null) {
      throw new IllegalStateException(this + " is that of " + child + " already");
    }
    child = newChild;
    channel = newChannel;
  }

  /** Called with the owner's lock, as {@link #isHeld} is. */
  void noteHeld(boolean now) {
    held = now;
  }

  boolean isHeld() {
    return held;
  }

  Child child() {
    if (child == null) {
      throw new IllegalStateException(this + " has no child yet");
    }
    return child;
  }

  /** Completed when nothing more is to come of what the child said before its end. */
  CompletableFuture<Void> onSilence() {
    CompletableFuture<Void> output = child().onOutputDone();
    Channel messages = channel;
    return messages == null ? output : CompletableFuture.allOf(output, messages.onDisconnect());
  }

  /** The signs since the last call, oldest first; called with the owner's lock. */
  List<Stamp> takeStamps(long now) {
    Channel messages = channel;
    long count = messages == null ? 0 : messages.receivedCount();
    if (count != messagesSeen) {
      messagesSeen = count;
      given.set(Sign.MESSAGE.ordinal(), now);
    }
    List<Stamp> stamps = new ArrayList<>();
    for (Sign sign : SIGNS) {
      long at = given.get(sign.ordinal());
      if (at != taken[sign.ordinal()]) {
        taken[sign.ordinal()] = at;
        stamps.add(new Stamp(sign, Math.min(at, now)));
      }
    }
    stamps.sort(Comparator.comparingLong(Stamp::at));
    return stamps;
  }

  /** Whether there is progress that was not told yet; told from now on. */
  boolean takeMoved() {
    return moved.getAndSet(false);
  }

  private void give(Sign sign) {
    given.set(sign.ordinal(), System.nanoTime());
  }
}
