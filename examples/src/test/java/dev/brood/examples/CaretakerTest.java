package dev.brood.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.channel.Marker;
import dev.brood.workers.channel.MarkerWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaretakerTest {
  private static final String CARETAKER = Caretaker.class.getName();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Takes its time to clean up, and then removes its file. */
  private static final String CLEANS_UP =
      "sleep 4217 & echo $! > %1$s.n; trap 'sleep 0.2; rm %1$s; exit 0' TERM; mv %1$s.n %1$s; wait";

  @TempDir private Path folder;

  @Test
  void caretaker_terminated_programsCleanUpInReverseOrder() throws Exception {
    String a = "a=" + CLEANS_UP.formatted("a");
    String b = "b=" + CLEANS_UP.formatted("b");
    try (ExampleRun run = ExampleRun.start(folder, CARETAKER, a, b);
        MarkerWatch first = Marker.of(folder.resolve("a")).watch();
        MarkerWatch second = Marker.of(folder.resolve("b")).watch()) {
      List<CompletableFuture<ProcessHandle>> gone = List.of(gone(first), gone(second));
      run.awaitOutput("b is up\n");
      run.process().destroy();
      assertThat(run.exit()).as(run::told).isEqualTo(143);
      assertThat(run.output())
          .isEqualTo(
              """
              a is up
              b is up
              b is asked to end
              b has ended: exit code 0, stopped
              a is asked to end
              a has ended: exit code 0, stopped
              stopped
              """);
      assertThat(gone).allSatisfy(one -> assertThat(one).succeedsWithin(LIMIT));
    }
    assertThat(folder.resolve("a")).doesNotExist();
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void program_endsTooOften_isTheEndOfAll() throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, CARETAKER, "bad=exit 3", "good=sleep 4217")) {
      assertThat(run.exit()).as(run::told).isEqualTo(1);
      assertThat(run.output()).contains("bad has ended: exit code 3\n", "the last of bad\n");
    }
  }

  private static CompletableFuture<ProcessHandle> gone(MarkerWatch started)
      throws InterruptedException {
    String pid = String.valueOf(started.await(LIMIT).orElseThrow().body());
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow().onExit();
  }
}
