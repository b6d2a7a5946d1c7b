package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.CallFailedException;
import dev.brood.workers.pool.PoolSpec;
import dev.brood.workers.pool.WorkerPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The {@code serve} of each language, as a worker of a pool. */
@ExtendWith(Census.Extension.class)
@Timeout(180)
class SdkPoolTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** A worker that doubles numbers. */
  enum Language {
    PYTHON,
    ASYNCIO,
    NODE,
    SHELL;

    Fork fork() {
      Path sdk = SdkSuite.ROOT;
      return switch (this) {
        case PYTHON -> python(sdk, "blocking");
        case ASYNCIO -> python(sdk, "1");
        case NODE -> Fork.node(sdk.resolve("node/tests/child.cjs").toString(), "worker", "1");
        case SHELL ->
            Fork.of(Command.of("sh", sdk.resolve("sh/tests/child.sh").toString(), "serve"));
      };
    }

    private static Fork python(Path sdk, String style) {
      return Fork.python(sdk.resolve("python/tests/worker.py").toString(), style)
          .command(command -> command.env("PYTHONDONTWRITEBYTECODE", "1"));
    }

    PoolSpec<Object, Integer> pool() {
      return WorkerPool.<Object, Integer>of(fork(), Integer.class).awaitReady(LIMIT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void serve_inEachLanguage_answersCallsOneAfterTheOther(Language language) throws Exception {
    try (WorkerPool<Object, Integer> pool = language.pool().size(2).ahead(4).open()) {
      List<Integer> inputs = IntStream.range(1, 200).boxed().toList();
      List<@Nullable Integer> answers = pool.inOrder(inputs).toList();
      assertThat(answers)
          .containsExactlyElementsOf(inputs.stream().map(number -> 2 * number).toList());
      assertThatExceptionOfType(CallFailedException.class).isThrownBy(() -> pool.call(List.of()));
      assertThat(pool.call(21)).isEqualTo(42);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SHELL", mode = EnumSource.Mode.EXCLUDE)
  void serve_aCallThatIsGivenUp_cleansUp(Language language, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("tidied");
    Object input = language == Language.NODE ? Map.of("path", file.toString()) : file.toString();
    try (WorkerPool<Object, Integer> pool = language.pool().size(1).grace(LIMIT, LIMIT).open()) {
      CompletableFuture<@Nullable Integer> answer = pool.submit(input);
      await(folder.resolve("tidied.begun"));
      assertThat(answer.cancel(true)).isTrue();
      await(file);
      assertThat(pool.call(21)).isEqualTo(42);
    }
  }

  private static void await(Path file) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).as("%s", file).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
