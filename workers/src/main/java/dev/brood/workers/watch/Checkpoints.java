package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.workers.channel.Channel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Work that saves itself and goes on from there when it is started again. Immutable.
 *
 * <p>The child has one path, in {@code BROOD_CHECKPOINT}. It saves itself by writing another file
 * beside it and renaming that to the path, and begins at its start with what is there, if anything
 * is. The file is replaced, never changed: what is kept is a hard link of it, which its file system
 * must know. {@link #giveTo} puts the path into its environment; a Java child has {@link
 * CheckpointFile}. Each new file is kept aside, numbered and with a checksum, and the last few
 * stay. A child that ends with {@link #exitCode}, 85 unless set, says: I have saved myself, run me
 * again.
 *
 * <p>A directory belongs to one piece of work, and to one process that watches it at a time.
 */
public final class Checkpoints {
  /** The variable with the path, in the environment of a child. */
  public static final String VARIABLE = "BROOD_CHECKPOINT";

  /** The exit code "saved, run me again", as with HTCondor. */
  public static final int DEFAULT_EXIT_CODE = 85;

  /** How many are kept unless {@link #keep} says otherwise. */
  public static final int DEFAULT_KEPT = 2;

  /** How often work is run again unless {@link #mostRuns} says otherwise. */
  public static final int DEFAULT_MOST_RUNS = 1000;

  private static final int MOST_EXIT_CODE = 255;
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final CheckpointStore store;
  private final Rules rules;

  /** What is decided by. */
  record Rules(
      int kept,
      @Nullable Duration interval,
      @Nullable Signal signal,
      int exitCode,
      int mostRuns,
      Duration look) {}

  private Checkpoints(CheckpointStore store, Rules rules) {
    this.store = store;
    this.rules = rules;
  }

  /** Checkpoints in a directory of their own, which is made when it is first needed. */
  public static Checkpoints in(Path directory) {
    Rules rules =
        new Rules(
            DEFAULT_KEPT, null, null, DEFAULT_EXIT_CODE, DEFAULT_MOST_RUNS, Duration.ofSeconds(1));
    return new Checkpoints(new CheckpointStore(directory.toAbsolutePath().normalize()), rules);
  }

  /**
   * Keeps that many.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Checkpoints keep(int count) {
    if (count <= 0) {
      throw new IllegalArgumentException("at least one is kept, not " + count);
    }
    return with(
        new Rules(count, rules.interval, rules.signal, rules.exitCode, rules.mostRuns, rules.look));
  }

  /**
   * Asks a child to save itself when its last checkpoint, or its start, is that long ago (looked at
   * once a second): by {@code {"brood":"checkpoint"}} over its channel if it is watched with one,
   * and by the signal of {@link #askBy} otherwise. Never, unless set.
   *
   * @throws IllegalArgumentException if it is shorter than a second
   */
  public Checkpoints every(Duration interval) {
    if (interval.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException("checkpoints are a second apart or more: " + interval);
    }
    return with(
        new Rules(rules.kept, interval, rules.signal, rules.exitCode, rules.mostRuns, rules.look));
  }

  /**
   * The signal that asks, mostly {@link Signal#USR1}: it ends a program that does not handle it.
   */
  public Checkpoints askBy(Signal signal) {
    return with(
        new Rules(rules.kept, rules.interval, signal, rules.exitCode, rules.mostRuns, rules.look));
  }

  /**
   * Another exit code that says "saved, run me again".
   *
   * @throws IllegalArgumentException if it is not from 1 to 255
   */
  public Checkpoints exitCode(int code) {
    if (code < 1 || code > MOST_EXIT_CODE) {
      throw new IllegalArgumentException("an exit code from 1 to 255, not " + code);
    }
    return with(
        new Rules(rules.kept, rules.interval, rules.signal, code, rules.mostRuns, rules.look));
  }

  /**
   * How often {@link #run} runs the work at most.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Checkpoints mostRuns(int most) {
    if (most <= 0) {
      throw new IllegalArgumentException("at least one run, not " + most);
    }
    return with(
        new Rules(rules.kept, rules.interval, rules.signal, rules.exitCode, most, rules.look));
  }

  /** How often a new file is looked for; a second unless set. For tests. */
  Checkpoints lookEvery(Duration look) {
    return with(
        new Rules(rules.kept, rules.interval, rules.signal, rules.exitCode, rules.mostRuns, look));
  }

  /** Where the child saves itself, and finds what it has saved. */
  public Path path() {
    return store.current();
  }

  /** The command with the path in its environment: {@code fork.command(checkpoints::giveTo)}. */
  public Command giveTo(Command command) {
    return command.env(VARIABLE, path().toString());
  }

  /**
   * All that are kept, oldest first, as far as their files are there; they are not read.
   *
   * @throws java.io.UncheckedIOException if the directory cannot be read
   */
  public List<Checkpoint> all() {
    return store.all();
  }

  /**
   * The newest whose file is what was taken. Reads it whole.
   *
   * @throws java.io.UncheckedIOException if the directory cannot be read
   */
  public Optional<Checkpoint> latest() {
    return store.latest();
  }

  /**
   * Makes one the child's again: its next start begins there.
   *
   * @throws java.io.UncheckedIOException if its file is gone, or the directory cannot be written
   */
  public void restore(Checkpoint checkpoint) {
    store.restore(checkpoint);
  }

  /**
   * Removes all, and what the child has saved: its next start is from the beginning.
   *
   * @throws java.io.UncheckedIOException if a file cannot be removed
   */
  public void clear() {
    store.clear();
  }

  /**
   * Makes everything ready for a start: the directory, and, if the child's own file is missing or
   * empty, as after a failure of the machine, the latest checkpoint in its place. What it saved and
   * nobody kept yet is kept now.
   *
   * @throws java.io.UncheckedIOException if the directory cannot be written
   */
  public void prepare() {
    store.prepare(rules.kept);
  }

  /**
   * Takes what a child saves until it ends, and asks it if that is set; {@link #prepare} first.
   *
   * @param listener told on one virtual thread, in order
   * @throws IllegalStateException if there is an interval ({@link #every}) and no signal to ask by
   */
  public RunningCheckpoints watch(String name, Child child, Consumer<? super WatchEvent> listener) {
    requireSignal(name);
    return new RunningCheckpoints(store, rules, name, child, null, listener);
  }

  /**
   * As {@link #watch(String, Child, Consumer)}, asking over the channel.
   *
   * @param channel a child that says {@code {"brood":"checkpoint"}} when it has saved itself need
   *     not wait for the next look
   */
  public RunningCheckpoints watch(
      String name, Child child, Channel channel, Consumer<? super WatchEvent> listener) {
    return new RunningCheckpoints(store, rules, name, child, channel, listener);
  }

  /**
   * Runs work to its end: again each time that it ends with the exit code and has saved something
   * new. Any other end is the result, a failure too: that is for a supervisor, or the caller, to
   * answer, and the next run goes on from the last checkpoint.
   *
   * @throws IllegalStateException if there is an interval ({@link #every}) and no signal to ask by
   * @throws dev.brood.process.SpawnException if it cannot be started
   * @throws InterruptedException if the thread is interrupted; the child has been stopped then
   */
  public CheckpointedResult run(String name, Command command, Consumer<? super WatchEvent> listener)
      throws InterruptedException {
    requireSignal(name);
    Command prepared = giveTo(command);
    for (int run = 1; ; run++) {
      prepare();
      Exit exit;
      int taken;
      try (Child child = prepared.spawn();
          RunningCheckpoints watch = watch(name, child, listener)) {
        exit = child.await();
        taken = watch.finish();
      }
      Optional<CheckpointedResult.Ending> ending = ending(exit, taken, run);
      if (ending.isPresent()) {
        return new CheckpointedResult(exit, ending.get(), run, latest());
      }
    }
  }

  /** Why there is no other run after one; empty if there is. */
  Optional<CheckpointedResult.Ending> ending(Exit exit, int taken, int runs) {
    if (!asksForMore(exit)) {
      return Optional.of(CheckpointedResult.Ending.DONE);
    }
    if (taken == 0) {
      return Optional.of(CheckpointedResult.Ending.NOTHING_SAVED);
    }
    return runs >= rules.mostRuns
        ? Optional.of(CheckpointedResult.Ending.TOO_OFTEN)
        : Optional.empty();
  }

  /** Whether an end says "saved, run me again". */
  public boolean asksForMore(Exit exit) {
    return exit instanceof Exit.Exited(int code) && code == rules.exitCode;
  }

  /** A child that is to be asked, and cannot be, would be blamed for missing every question. */
  private void requireSignal(String name) {
    if (rules.interval != null && rules.signal == null) {
      throw cannotBeAsked(name);
    }
  }

  static IllegalStateException cannotBeAsked(String name) {
    return new IllegalStateException(
        "\"%s\" cannot be asked to save itself: watch it with its channel, or set askBy(Signal)"
            .formatted(name));
  }

  private Checkpoints with(Rules changed) {
    return new Checkpoints(store, changed);
  }
}
