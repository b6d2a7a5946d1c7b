package dev.brood.process;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program to run, with everything that its start depends on. An immutable value: each method
 * returns a new one, and one value can be run any number of times, also at the same time.
 *
 * <p>No shell is involved: every argument reaches the program as it is. {@link #spawn} starts the
 * program and returns; {@link #run}, {@link #capture}, {@link #text}, {@link #bytes} and {@link
 * #textLines} wait for its end and throw if it fails. Unless said otherwise a child has {@code
 * /dev/null} as input, a process group of its own, no descriptor of ours above 2, all signals at
 * their default, and is ended with SIGTERM, 5 seconds, SIGKILL, with everything that it started.
 *
 * <p>Waiting calls are made for virtual threads. Interrupting the waiting thread stops the child,
 * which takes no longer than its {@link StopPlan}, and then throws {@link InterruptedException}.
 */
public final class Command {
  private static final Pattern PID_VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Spec spec;

  private Command(Spec spec) {
    this.spec = spec;
  }

  /**
   * A program by name, searched for in the PATH that the child will have, or by path. A relative
   * path is looked up from the child's working directory. Empty and relative entries of PATH are
   * ignored.
   *
   * @throws IllegalArgumentException if the program is empty or something has NUL in it
   */
  public static Command of(String program, String... arguments) {
    if (program.isEmpty()) {
      throw new IllegalArgumentException("the program of a command is empty");
    }
    Spec spec = new Spec();
    spec.words.add(word(program, false));
    for (String argument : arguments) {
      spec.words.add(word(argument, false));
    }
    return new Command(spec);
  }

  /** A program file; a relative path is taken from this process's working directory, now. */
  public static Command of(Path program, String... arguments) {
    return of(program.toAbsolutePath().toString(), arguments);
  }

  /** A program and its arguments in one list. */
  public static Command of(List<String> argv) {
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a command needs at least a program");
    }
    return of(argv.getFirst(), argv.subList(1, argv.size()).toArray(String[]::new));
  }

  /** One more argument. */
  public Command arg(String argument) {
    return change(copy -> copy.words.add(word(argument, false)));
  }

  /** More arguments. */
  public Command args(String... arguments) {
    return args(Arrays.asList(arguments));
  }

  /** More arguments. */
  public Command args(Collection<String> arguments) {
    return change(copy -> arguments.forEach(text -> copy.words.add(word(text, false))));
  }

  /**
   * One more argument, masked wherever the command is shown. Other users can still read it in
   * /proc; prefer the environment or the input for secrets.
   */
  public Command secret(String argument) {
    return change(copy -> copy.words.add(word(argument, true)));
  }

  /** What the program is told as its own name; the program's name unless set. */
  public Command argv0(String name) {
    return change(copy -> copy.argv0 = checked("argv0", name));
  }

  /** Where the child starts; a relative path is taken from this process's directory, now. */
  public Command directory(Path directory) {
    return change(copy ->
        copy.directory = Path.of(checked("directory", directory.toAbsolutePath().toString())));
  }

  /**
   * The environment to begin with; {@link Environment#inherit} unless set. Replaces what {@link
   * #env} and {@link #unsetEnv} have said so far.
   */
  public Command environment(Environment environment) {
    return change(copy -> copy.environment = environment);
  }

  /** Sets one variable on top of the environment; see {@link Environment#with(String, String)}. */
  public Command env(String name, String value) {
    return change(copy -> copy.environment = copy.environment.with(name, value));
  }

  /** Unsets one variable; see {@link Environment#without}. */
  public Command unsetEnv(String name) {
    return change(copy -> copy.environment = copy.environment.without(name));
  }

  /** Standard input; {@link Stdio#none} unless set, and {@link Stdio#inherit} for {@link #run}. */
  public Command stdin(Stdio.Source source) {
    return change(copy -> copy.stdin = source);
  }

  /**
   * Standard output; unless set a pipe for {@link #spawn}, our own for {@link #run}, memory for the
   * captures. Several sinks all get everything.
   */
  public Command stdout(Stdio.Sink sink, Stdio.Sink... more) {
    return change(copy -> copy.stdout = StdioPlan.sinks(1, sink, more));
  }

  /** Standard error; as {@link #stdout}. */
  public Command stderr(Stdio.Sink sink, Stdio.Sink... more) {
    return change(copy -> copy.stderr = StdioPlan.sinks(2, sink, more));
  }

  /**
   * A further descriptor at an exact number. All other numbers above 2 are closed in the child.
   *
   * @throws IllegalArgumentException if the number is not from 3 to 250
   */
  public Command descriptor(int number, Stdio.Extra extra) {
    final int highest = 250;
    if (number < 3 || number > highest) {
      throw new IllegalArgumentException(
          "a further descriptor has a number from 3 to " + highest + ", not " + number);
    }
    return change(copy -> copy.extras.put(number, extra));
  }

  /** {@link Group#OWN} unless set, and {@link Group#SHARED} if standard input is the terminal. */
  public Command group(Group group) {
    return change(copy -> copy.group = group);
  }

  /**
   * Lets the child outlive this JVM: a session of its own, no guard that ends it, no stop at
   * shutdown, and {@link Child#close} leaves it alone. Its outputs go to {@link Stdio#none} unless
   * set.
   */
  public Command detached() {
    return change(copy -> copy.detached = true);
  }

  /**
   * Holds the child and all its descendants in a control group (cgroup v2), which none can leave: a
   * stop reaches also those that left their group and lost their parent, all at once, and what is
   * left when the child ends is killed. Where no group can be made (it takes write access to our
   * own, as root or by systemd's delegation), a warning is logged once and the child is as any
   * other.
   *
   * <p>The child enters the group by way of {@code /bin/sh}, before it becomes the program: its
   * {@code argv[0]} is the path of its file, and the shell may add {@code PWD} to its environment.
   */
  public Command contained() {
    return change(copy -> copy.contained = true);
  }

  /**
   * Sets a variable to the child's own process id, which nobody knows before the start: what {@code
   * LISTEN_PID} of sd_listen_fds(3) needs. Wins over the environment.
   *
   * <p>The child learns it by way of {@code /bin/sh}, before it becomes the program: its {@code
   * argv[0]} is the path of its file, and the shell may add {@code PWD} to its environment.
   *
   * @throws IllegalArgumentException if the name is not one of letters, digits and underscores
   */
  public Command pidVariable(String name) {
    if (!PID_VARIABLE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a variable for the pid has a name of letters, digits and _, not "
              + Environment.visible(name));
    }
    return change(copy -> {
      TreeSet<String> names = new TreeSet<>(copy.pidVariables);
      names.add(name);
      copy.pidVariables = List.copyOf(names);
    });
  }

  /**
   * Stops the child that long after its start, with {@link Cause#DEADLINE}, whether or not anybody
   * waits for it. None unless set.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Command deadline(Duration limit) {
    return change(copy -> copy.deadline = positive("a deadline", limit));
  }

  /**
   * Stops the child when it has written nothing for that long, with {@link Cause#IDLE}. None unless
   * set.
   *
   * <p>Only output that passes through this JVM is seen. One that goes elsewhere, to the terminal
   * or a file, counts as silence; a start at which neither output is seen fails with {@link
   * IllegalStateException}.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Command idleLimit(Duration limit) {
    return change(copy -> copy.idleLimit = positive("an idle limit", limit));
  }

  /** How the child is asked to end; {@link StopPlan#DEFAULT} unless set. */
  public Command stopPlan(StopPlan plan) {
    return change(copy -> copy.stopPlan = plan);
  }

  /**
   * How long the last signal of the {@link StopPlan} is given before SIGKILL; 5 seconds unless set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Command grace(Duration grace) {
    return change(copy -> copy.stopPlan = copy.stopPlan.withGrace(grace));
  }

  /**
   * How long, after the child's end, a stream is read that another process still holds open; 250 ms
   * unless set. What the child itself wrote is always read. A {@link Child#result} waits as long
   * for a pipe that somebody reads and of which a further sink keeps something.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Command drainGrace(Duration grace) {
    return change(copy -> copy.drainGrace = notNegative("a drain grace", grace));
  }

  /**
   * Stops the child when {@code stage} completes, in whatever way, with {@link Cause#CANCELLED}. If
   * it has completed already, the child is started and stopped.
   */
  public Command cancelOn(CompletionStage<?> stage) {
    return change(copy -> copy.cancelOn = stage);
  }

  /** How text is written and read; UTF-8 unless set. Arguments and environment are always UTF-8. */
  public Command charset(Charset charset) {
    return change(copy -> copy.charset = charset);
  }

  /**
   * The exit codes that are no failure; 0 unless set. Replaces what was set before: name 0, too, if
   * it is one of them.
   */
  public Command exitCodes(int... codes) {
    return change(copy -> copy.exitCodes = Arrays.stream(codes).boxed().toList());
  }

  /**
   * Makes a bad exit a value: {@link #run} and the captures return it and do not throw. Deadlines,
   * limits, cancellation and failing streams throw all the same.
   */
  public Command unchecked() {
    return change(copy -> copy.unchecked = true);
  }

  /**
   * How many bytes the captures keep of each stream; more stops the child. 64 MiB unless set. Does
   * not change the limit of a {@link Stdio#capture(long)} or {@link Stdio#tail}.
   *
   * @throws IllegalArgumentException if it is negative or more than an array holds
   */
  public Command outputLimit(long limitBytes) {
    Stdio.capture(limitBytes);
    return change(copy -> copy.outputLimit = limitBytes);
  }

  /**
   * Starts the program and returns at once. Close the child, best by try-with-resources.
   *
   * <p>Unless set, both outputs are pipes, and a child waits when one of them is full (64 KiB).
   * Before only one is read, send the other elsewhere; {@link Child#lines} and {@link Child#result}
   * read both.
   *
   * @throws SpawnException if it cannot be started
   */
  public Child spawn() {
    return Launch.start(this);
  }

  /**
   * Runs the program with our own streams, as a shell does, and waits for it. If the thread is
   * interrupted, the child is stopped first.
   *
   * @throws SpawnException if it cannot be started
   * @throws EndedException if it fails, see there for the kinds
   * @throws StdioException if a source or sink fails
   */
  public Result run() throws InterruptedException {
    return Launch.run(this, Launch.Defaults.RUN);
  }

  /** Runs the program, waits for it and keeps what it writes; throws as {@link #run}. */
  public Result capture() throws InterruptedException {
    return Launch.run(this, Launch.Defaults.CAPTURE);
  }

  /** What the program writes, without one final line end; throws as {@link #run}. */
  public String text() throws InterruptedException {
    return capture().stdout().trimmed();
  }

  /** What the program writes; throws as {@link #run}. */
  public byte[] bytes() throws InterruptedException {
    return capture().stdout().bytes();
  }

  /** The lines that the program writes; throws as {@link #run}. */
  public List<String> textLines() throws InterruptedException {
    return capture().stdout().lines();
  }

  /** This command's output into another's input, through a pipe of the kernel. */
  public Pipeline pipe(Command next) {
    return Pipeline.of(this).pipe(next);
  }

  /** This command's output into a transformation in this JVM. */
  public Pipeline pipe(Transform next) {
    return Pipeline.of(this).pipe(next);
  }

  /** The words as a POSIX shell would take them, secrets masked. */
  public String commandLine() {
    return Quoting.line(argv());
  }

  /** Program and arguments, secrets masked. */
  public List<String> argv() {
    return spec.words.stream().map(word -> word.secret() ? "***" : word.text()).toList();
  }

  /**
   * What {@link #spawn} would start, as one line to paste into a POSIX shell: directory,
   * environment and files included, secret arguments masked. Nothing is started.
   *
   * <p>Variables that are set are shown with their values. Sources and sinks that a shell does not
   * know (pipes, memory, streams) are left out.
   */
  public String dryRun() {
    return DryRun.line(spec);
  }

  /** Where standard output goes; empty if that is left to the verb that starts it. */
  public List<Stdio.Sink> stdout() {
    return spec.stdout;
  }

  /** Where standard error goes; empty if that is left to the verb that starts it. */
  public List<Stdio.Sink> stderr() {
    return spec.stderr;
  }

  /** How text is written and read; see {@link #charset(Charset)}. */
  public Charset charset() {
    return spec.charset;
  }

  @Override
  public String toString() {
    return commandLine();
  }

  Spec spec() {
    return spec;
  }

  private Command change(Consumer<Spec> change) {
    Spec copy = spec.copy();
    change.accept(copy);
    return new Command(copy);
  }

  private static Spec.Word word(String text, boolean secret) {
    if (secret && text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a secret argument has a NUL in it");
    }
    return new Spec.Word(checked("argument", text), secret);
  }

  private static String checked(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " has a NUL in it: " + Environment.visible(text));
    }
    return text;
  }

  private static Duration positive(String what, Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(what + " must be longer than nothing: " + limit);
    }
    return limit;
  }

  private static Duration notNegative(String what, Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException(what + " cannot be negative: " + limit);
    }
    return limit;
  }

  @Nullable Path directory() {
    return spec.directory;
  }
}
