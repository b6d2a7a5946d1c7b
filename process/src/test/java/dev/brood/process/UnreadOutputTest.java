package dev.brood.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever waits for output is woken, whoever else reads it, and whether or not anybody does. */
class UnreadOutputTest {
  private static final long SOON_SECONDS = 20;

  @TempDir private Path directory;

  @Test
  void lines_copyThatWaitsWhileTheOtherStreamSpeaks_areNotMissed() throws Exception {
    CompletableFuture<Child> speaker = new CompletableFuture<>();
    // It waits, as a lock or a queue may: the wake-up that was meant for the lines is used up.
    Stdio.Sink copy =
        Stdio.stream(
            new OutputStream() {
              @Override
              public void write(int value) {
                speaker.join().stdin().println("go");
                LockSupport.parkNanos(SECONDS.toNanos(SOON_SECONDS));
              }
            });
    Command command =
        Command.of("sh", "-c", "printf . >&2; read -r go; echo line; read -r end")
            .stdin(Stdio.pipe())
            .stderr(Stdio.pipe(), copy);
    try (Child child = command.spawn()) {
      speaker.complete(child);
      FutureTask<String> line = begun(() -> child.lines().iterator().next().text());

      assertThat(soon(line)).isEqualTo("line");
    }
  }

  @Test
  void close_detachedChildThatAnotherThreadReads_endsTheRead() throws Exception {
    Child child =
        Command.of(HelperPrograms.sleep(HelperPrograms.LIFETIME))
            .detached()
            .stdout(Stdio.pipe())
            .spawn();
    try {
      FutureTask<Integer> read = waiting(() -> child.stdout().read());

      child.close();

      assertThat(soon(read)).isEqualTo(-1);
    } finally {
      child.signal(Signal.KILL);
      child.await();
    }
  }

  @Test
  void read_outputThatTheResultKeeps_isRefusedAndTakesNothing() throws Exception {
    Command command =
        Command.of("sh", "-c", "read -r go; seq 1 100000; echo; read -r go").stdin(Stdio.pipe());
    try (Child child = command.spawn()) {
      FutureTask<Result> result = waiting(child::result);
      FutureTask<StdioException.Reason> read =
          begun(() ->
              catchThrowableOfType(StdioException.class, () -> child.stdout().read()).reason());

      assertThat(soon(read)).isEqualTo(StdioException.Reason.CLOSED);
      child.stdin().println("go");
      child.stdin().println("go");
      assertThat(soon(result).stdout().totalBytes()).isEqualTo(588_896);
    }
  }

  @Test
  void result_pipelineThatNobodyReads_keepsItsOutput() throws Exception {
    try (RunningPipeline running =
        Command.of(HelperPrograms.numbers(100_000)).pipe(Command.of("cat")).spawn()) {
      assertThat(soon(begun(running::result)).stdout().totalBytes()).isEqualTo(588_895);
    }
  }

  @Test
  void result_furtherSinksOfAPipeThatNobodyReads_getAll() throws Exception {
    Path file = directory.resolve("file");
    Command command =
        Command.of("sh", "-c", "seq 1 100000; echo bad >&2")
            .stdout(Stdio.pipe(), Stdio.file(file))
            .stderr(Stdio.pipe(), Stdio.tail(3));
    try (Child child = command.spawn()) {
      Result result = soon(begun(child::result));

      assertThat(result.stdout().totalBytes()).isEqualTo(588_895);
      assertThat(result.stderr().text()).isEqualTo("ad\n");
      assertThat(Files.size(file)).isEqualTo(588_895);
    }
  }

  @Test
  void result_pipeWithATailThatWasNotReadToItsEnd_isThereWithoutIt() throws Exception {
    Command command =
        Command.of("printf", "a\\nb\\n").stdout(Stdio.pipe(), Stdio.tail(10)).stderr(Stdio.none());
    try (Child child = command.spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("a");

      assertThat(soon(begun(child::result)).stdout().text()).isEmpty();
    }
  }

  @Test
  void result_pipeWithATailThatIsReadMeanwhile_hasTheTail() throws Exception {
    Command command =
        Command.of("sh", "-c", "read -r go; printf 'a\\nb\\n'")
            .stdin(Stdio.pipe())
            .stdout(Stdio.pipe(), Stdio.tail(2))
            .drainGrace(Duration.ofSeconds(SOON_SECONDS));
    try (Child child = command.spawn()) {
      FutureTask<byte[]> read = waiting(() -> child.stdout().readAllBytes());
      FutureTask<Result> result = waiting(child::result);
      child.stdin().println("go");

      assertThat(soon(read)).hasSize(4);
      assertThat(soon(result).stdout().text()).isEqualTo("b\n");
    }
  }

  private static <T> FutureTask<T> begun(Callable<T> task) {
    FutureTask<T> running = new FutureTask<>(task);
    Thread unused = Thread.startVirtualThread(running);
    return running;
  }

  /** Begins something that waits, and returns when it does. */
  private static <T> FutureTask<T> waiting(Callable<T> task) {
    FutureTask<T> running = new FutureTask<>(task);
    Thread thread = Thread.startVirtualThread(running);
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return running;
  }

  private static <T> T soon(FutureTask<T> task) throws Exception {
    return task.get(SOON_SECONDS, SECONDS);
  }
}
