package dev.brood.process;

import dev.brood.process.internal.spawn.Backend;
import dev.brood.process.internal.spawn.Ending;
import dev.brood.process.internal.spawn.FakeBackend;
import dev.brood.process.internal.spawn.ResourceUse;
import dev.brood.process.internal.spawn.SpawnFailure;
import dev.brood.process.internal.spawn.SpawnPlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For tests of programs that use Brood: answers commands without starting them.
 *
 * <p>In force for the thread that installs it and for threads that it starts meanwhile, until
 * closed; tests that run side by side do not see each other's. A command that nothing answers fails
 * as a program that is not found. Children of a fake are ordinary {@link Child}ren with pipes,
 * deadlines and stops; their pids are above 2<sup>30</sup>. Thread-safe.
 */
public final class FakePrograms implements AutoCloseable {
  private static final InheritableThreadLocal<@Nullable FakePrograms> INSTALLED =
      new InheritableThreadLocal<>();
  private static volatile boolean everInstalled;

  /**
   * One start that was answered.
   *
   * @param argv program and arguments, secrets included
   * @param directory as the command says; null: this process's
   * @param stdin what it was given to read, to its end
   */
  public record Call(List<String> argv, @Nullable String directory, String stdin) {}

  /** What a fake program does. Immutable. */
  public static final class Answer {
    private final String stdout;
    private final String stderr;
    private final Exit exit;
    private final Duration after;

    private Answer(String stdout, String stderr, Exit exit, Duration after) {
      this.stdout = stdout;
      this.stderr = stderr;
      this.exit = exit;
      this.after = after;
    }

    /** Writes this to standard output. */
    public Answer stdout(String text) {
      return new Answer(text, stderr, exit, after);
    }

    /** Writes this to standard error. */
    public Answer stderr(String text) {
      return new Answer(stdout, text, exit, after);
    }

    /** Ends with this code; 0 unless set. */
    public Answer exit(int code) {
      return new Answer(stdout, stderr, new Exit.Exited(code), after);
    }

    /** Ends by this signal. */
    public Answer signal(Signal signal) {
      return new Answer(stdout, stderr, new Exit.Signaled(signal, false), after);
    }

    /** Ends only that long after it has written, in real time; a stop ends it earlier. */
    public Answer after(Duration wait) {
      return new Answer(stdout, stderr, exit, wait);
    }
  }

  private record Rule(Predicate<List<String>> matches, Function<Call, Answer> answer) {}

  private final List<Rule> rules = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final @Nullable FakePrograms before;

  private FakePrograms(@Nullable FakePrograms before) {
    this.before = before;
  }

  /** Puts a new one in force for this thread; close it in the same thread. */
  public static FakePrograms install() {
    everInstalled = true;
    FakePrograms fake = new FakePrograms(INSTALLED.get());
    INSTALLED.set(fake);
    return fake;
  }

  /** An answer that writes nothing and exits with 0, to build on. */
  public static Answer answer() {
    return new Answer("", "", new Exit.Exited(0), Duration.ZERO);
  }

  /** Answers commands whose words begin with these; of several rules that match the last wins. */
  public FakePrograms when(List<String> words, Answer answer) {
    List<String> wanted = List.copyOf(words);
    return when(
        argv -> argv.size() >= wanted.size() && argv.subList(0, wanted.size()).equals(wanted),
        call -> answer);
  }

  /** Answers commands that match, by what was called; standard input is read to its end first. */
  public synchronized FakePrograms when(
      Predicate<List<String>> matches, Function<Call, Answer> answer) {
    rules.addFirst(new Rule(matches, answer));
    return this;
  }

  /** What was started so far, in order. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    INSTALLED.set(before);
  }

  static Backend backendOr(Supplier<? extends Backend> real) {
    FakePrograms installed = everInstalled ? INSTALLED.get() : null;
    return installed == null ? real.get() : new FakeBackend(installed::program);
  }

  private synchronized FakeBackend.Program program(SpawnPlan plan) throws SpawnFailure {
    for (Rule rule : rules) {
      if (rule.matches().test(plan.arguments())) {
        return streams -> run(rule, plan, streams);
      }
    }
    throw new SpawnFailure(
        SpawnFailure.Kind.PROGRAM_NOT_FOUND,
        2,
        plan.program(),
        "FakePrograms is installed and nothing answers " + plan.arguments());
  }

  private Ending run(Rule rule, SpawnPlan plan, FakeBackend.Streams streams)
      throws InterruptedException, java.io.IOException {
    String input = new String(streams.readAll(), StandardCharsets.UTF_8);
    Call call = new Call(plan.arguments(), plan.directory(), input);
    synchronized (this) {
      calls.add(call);
    }
    Answer answer = rule.answer().apply(call);
    streams.write(1, answer.stdout.getBytes(StandardCharsets.UTF_8));
    streams.write(2, answer.stderr.getBytes(StandardCharsets.UTF_8));
    Thread.sleep(answer.after);
    long now = System.nanoTime();
    return switch (answer.exit) {
      case Exit.Exited(int code) -> new Ending(true, code, false, ResourceUse.NONE, now);
      case Exit.Signaled(Signal signal, boolean core) ->
          new Ending(false, signal.number(), core, ResourceUse.NONE, now);
    };
  }
}
