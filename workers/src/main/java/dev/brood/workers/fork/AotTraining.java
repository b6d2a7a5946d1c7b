package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.WorkersException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The training run of an AOT cache: a child that does with its channel what children do. */
public final class AotTraining {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int TOLD_BYTES = 2000;

  /**
   * Has something of each kind that messages are made of. Public, as Jackson would not be let in
   * otherwise where Brood is a named module.
   *
   * @param count a whole number
   * @param share a fraction
   * @param name a text
   * @param words a list
   * @param sizes a map
   */
  public record Sample(
      int count, double share, String name, List<String> words, Map<String, Long> sizes) {
    static final Sample ONE =
        new Sample(1, 0.5, "sample", List.of("a", "b"), Map.of("large", 1L << 40));
  }

  private AotTraining() {}

  /** The child: says that it is ready, answers two requests, and ends with the channel. */
  public static void main(String[] arguments) throws Exception {
    Channel parent =
        Channel.parent()
            .orElseThrow(() -> new IllegalStateException("this program is started by AotCache"));
    boolean unused = parent.send(Map.of("brood", "ready"));
    ChildTask task = ChildTaskMain.read(ChildTaskMain.write(AotTraining::answer));
    task.run(parent);
    parent.onDisconnect().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** By both ways in which a child takes messages. */
  private static void answer(Channel parent) throws InterruptedException {
    Message first = parent.receive();
    Channel unused = parent.onRequest(message -> message.as(Sample.class));
    first.reply(first.as(Sample.class));
  }

  /**
   * The parent: makes a cache.
   *
   * @throws IOException if that fails, with what the JVM said
   */
  static void run(AotProgram program, Path output) throws IOException, InterruptedException {
    String before = program.key();
    Fork fork =
        Fork.of(Command.of(program.java()))
            .runtimeArguments("-XX:AOTCacheOutput=" + output)
            .runtimeArguments(program.options().toArray(String[]::new))
            .arguments(program.training().toArray(String[]::new))
            .codec(program.codec())
            .command(
                c -> c.stdout(Stdio.tail(TOLD_BYTES)).stderr(Stdio.toStdout()).deadline(LIMIT));
    Result result;
    @Nullable WorkersException problem = null;
    try (ForkedChild child = fork.spawn()) {
      try {
        converse(child);
      } catch (WorkersException e) { // its exit and its words say more
        problem = e;
      }
      child.disconnect();
      result = child.child().result();
    }
    if (problem != null || !result.exit().equals(new Exit.Exited(0)) || !Files.exists(output)) {
      throw new IOException(
          "the training run ended with %s: %s".formatted(result.exit(), result.stdout().text()),
          problem);
    }
    if (!program.key().equals(before)) {
      throw new IOException("a jar was changed meanwhile");
    }
  }

  private static void converse(ForkedChild child) throws InterruptedException {
    if (child.receive(LIMIT).isEmpty()) {
      return; // its deadline is over, too
    }
    for (int i = 0; i < 2; i++) {
      Sample unused = child.request(Sample.ONE, LIMIT).as(Sample.class);
    }
  }
}
