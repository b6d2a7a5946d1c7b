package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.HandleException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A program to start with a message channel: Node's {@code fork} for programs in any language.
 * Immutable.
 *
 * <p>The child finds its end of the channel as a Node child does, by {@code NODE_CHANNEL_FD} and
 * {@code NODE_CHANNEL_SERIALIZATION_MODE}: an unmodified Node script has {@code process.send}, a
 * Java program {@link Channel#parent}, a Python program {@code brood.connect}. Outputs that its
 * command does not set go where this process's own go.
 */
public final class Fork {
  private static final int FIRST_FREE = 3;
  private static final Duration TOLD_GRACE = Duration.ofSeconds(2);

  private final Command program;
  private final List<String> runtimeArguments;
  private final List<String> arguments;
  private final ChannelOptions options;
  private final int descriptor;
  private final @Nullable Object stopMessage;
  private final Duration toldGrace;
  private final @Nullable AotCache aotCache;

  private Fork(
      Command program,
      List<String> runtimeArguments,
      List<String> arguments,
      ChannelOptions options,
      int descriptor,
      @Nullable Object stopMessage,
      Duration toldGrace,
      @Nullable AotCache aotCache) {
    this.program = program;
    this.runtimeArguments = List.copyOf(runtimeArguments);
    this.arguments = List.copyOf(arguments);
    this.options = options;
    this.descriptor = descriptor;
    this.stopMessage = stopMessage;
    this.toldGrace = toldGrace;
    this.aotCache = aotCache;
  }

  /** A Node script, unchanged: {@code node} of the child's PATH runs it. */
  public static Fork node(String script, String... arguments) {
    return runtime(Command.of("node"), script, arguments);
  }

  /** A Python script: {@code python3} of the child's PATH runs it. */
  public static Fork python(String script, String... arguments) {
    return runtime(Command.of("python3"), script, arguments);
  }

  /**
   * The main class of a Java program, in a JVM of this JVM's kind: its {@code java}, its class path
   * and module path, and its options about modules. {@link #runtimeArguments} come before the
   * class.
   *
   * <p>Memory settings, agents and other options of this JVM are not taken along. A JVM that is
   * told nothing lets its heap grow to a quarter of the machine's memory (or of the container's),
   * so where there are several, give each its share: {@code .runtimeArguments("-Xmx256m")}.
   */
  public static Fork java(Class<?> main, String... arguments) {
    return JavaRuntime.fork(main, arguments);
  }

  /**
   * A piece of this program in a JVM of its own, of this JVM's kind: {@code Fork.java(parent ->
   * parent.send(compute()))}.
   *
   * @throws IllegalArgumentException if the task or what it captures is not serializable, or more
   *     than an argument of a program can be (128 KiB)
   */
  public static Fork java(ChildTask task) {
    return JavaRuntime.fork(task);
  }

  /** Any program, with the streams that the command sets. */
  public static Fork of(Command command) {
    return new Fork(
        withOwnStreams(command),
        List.of(),
        List.of(),
        ChannelOptions.of(Codec.JSON),
        FIRST_FREE,
        null,
        TOLD_GRACE,
        null);
  }

  static Fork runtime(Command runtime, String script, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addFirst(script);
    return of(runtime).with(List.of(), all);
  }

  /** With arguments of the runtime itself, before the script: {@code --max-old-space-size=200}. */
  public Fork runtimeArguments(String... more) {
    List<String> all = new ArrayList<>(runtimeArguments);
    all.addAll(List.of(more));
    return with(all, arguments);
  }

  /** With more arguments of the program, after those it has. */
  public Fork arguments(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return with(runtimeArguments, all);
  }

  /**
   * With changes to the command itself: environment, directory, streams, limits.
   *
   * <pre>{@code fork.command(c -> c.env("PORT", "8080").stdout(Stdio.pipe()))}</pre>
   */
  public Fork command(UnaryOperator<Command> change) {
    return new Fork(
        change.apply(program),
        runtimeArguments,
        arguments,
        options,
        descriptor,
        stopMessage,
        toldGrace,
        aotCache);
  }

  /**
   * With another codec; the child is told which in its environment. JSON unless set. Node knows
   * {@link Codec#JSON} and {@link Codec#ADVANCED} only.
   */
  public Fork codec(Codec codec) {
    return options(options.codec(codec));
  }

  /** With other limits of the channel. */
  public Fork options(ChannelOptions other) {
    return new Fork(
        program, runtimeArguments, arguments, other, descriptor, stopMessage, toldGrace, aotCache);
  }

  /** What the channel can bear. */
  public ChannelOptions options() {
    return options;
  }

  /**
   * With the channel at another descriptor number than 3, if sockets are passed at 3 and up.
   *
   * @throws IllegalArgumentException if it is below 3
   */
  public Fork channelAt(int number) {
    if (number < FIRST_FREE) {
      throw new IllegalArgumentException("a channel is at descriptor 3 or above, not " + number);
    }
    return new Fork(
        program, runtimeArguments, arguments, options, number, stopMessage, toldGrace, aotCache);
  }

  /** With a message that asks the child to stop, sent before anything else is tried. */
  public Fork stopMessage(Object message) {
    return new Fork(
        program, runtimeArguments, arguments, options, descriptor, message, toldGrace, aotCache);
  }

  /**
   * With another time between telling the child to stop, by message or by the end of the channel,
   * and the first signal. Two seconds unless set; zero: no telling.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Fork toldGrace(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("a grace is not negative: " + grace);
    }
    return new Fork(
        program, runtimeArguments, arguments, options, descriptor, stopMessage, grace, aotCache);
  }

  /**
   * With an AOT cache, which lets a Java child start sooner: {@code
   * Fork.java(Main.class).aotCache(AotCache.ofUser())}. Used by the starts after the first, which
   * has it made; {@link AotCache#make} makes it before.
   *
   * @throws IllegalArgumentException if this is no Java program: see {@link #java(Class, String[])}
   */
  public Fork aotCache(AotCache cache) {
    if (!command().argv().getFirst().equals(JavaRuntime.executable())) {
      throw new IllegalArgumentException("an AOT cache is for Java programs, not " + this);
    }
    return new Fork(
        program, runtimeArguments, arguments, options, descriptor, stopMessage, toldGrace, cache);
  }

  /**
   * What it shares an AOT cache with.
   *
   * @throws AotCacheException if there can be none
   */
  AotProgram aotProgram() throws IOException {
    return AotProgram.of(command().argv().getFirst(), runtimeArguments, arguments, options.codec());
  }

  /** The command as it would be started, without the channel and without an AOT cache. */
  public Command command() {
    return program.args(runtimeArguments).args(arguments);
  }

  /**
   * Starts it.
   *
   * @throws dev.brood.process.SpawnException if it cannot be started
   * @throws HandleException if there is no descriptor left for a channel
   * @throws IllegalArgumentException if {@code node} is to speak a codec that is not Node's
   */
  public ForkedChild spawn() {
    checkCodec();
    int[] ends = new int[2];
    int result = Descriptors.socketPair(ends);
    if (result < 0) {
      throw new HandleException("no socket pair for a channel: " + Errno.describe(-result));
    }
    boolean started = false;
    try {
      List<String> cached = aotCache == null ? List.of() : aotCache.options(this);
      Command command =
          program
              .args(cached)
              .args(runtimeArguments)
              .args(arguments)
              .env("NODE_CHANNEL_FD", String.valueOf(descriptor))
              .env("NODE_CHANNEL_SERIALIZATION_MODE", options.codec().name())
              .descriptor(descriptor, Stdio.descriptor(ends[1]));
      ForkedChild child = ForkedChild.start(command, ends[0], options, stopMessage, toldGrace);
      started = true;
      return child;
    } finally {
      Descriptors.close(ends[1]);
      if (!started) {
        Descriptors.close(ends[0]);
      }
    }
  }

  /** Node ends with a stack trace of its own start-up code if it is told of another one. */
  private void checkCodec() {
    Codec codec = options.codec();
    Path runtime = Path.of(program.argv().getFirst()).getFileName();
    if (codec == Codec.BINARY && runtime != null && runtime.toString().equals("node")) {
      throw new IllegalArgumentException(
          "node does not know the codec %s, only json and advanced: %s"
              .formatted(codec.name(), this));
    }
  }

  @Override
  public String toString() {
    return command().commandLine();
  }

  private Fork with(List<String> newRuntimeArguments, List<String> newArguments) {
    return new Fork(
        program,
        newRuntimeArguments,
        newArguments,
        options,
        descriptor,
        stopMessage,
        toldGrace,
        aotCache);
  }

  private static Command withOwnStreams(Command command) {
    Command out = command.stdout().isEmpty() ? command.stdout(Stdio.inherit()) : command;
    return out.stderr().isEmpty() ? out.stderr(Stdio.inherit()) : out;
  }
}
