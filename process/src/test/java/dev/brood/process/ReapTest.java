package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import dev.brood.testkit.HelperPrograms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing is left of children, whatever the user does with them: the census after each test looks
 * for zombies, descriptors and threads.
 */
class ReapTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void capture_thousandsOfRuns_leaveNothingAndLoseNothing() throws Exception {
    capture(2000);
  }

  @Test
  @Tag("slow")
  void capture_tenThousandRuns_leaveNothingAndLoseNothing() throws Exception {
    capture(10_000);
  }

  @Test
  void spawn_handlesDropped_leavesNothing() {
    for (int i = 0; i < 2000; i++) {
      drop(Command.of("true").stdout(Stdio.none()).stderr(Stdio.none()));
    }

    assertThat(Look.until(SOON, () -> Children.living().isEmpty())).isTrue();
    assertThat(zombies()).isZero();
  }

  @Test
  @Tag("slow")
  void spawn_tenThousandHandlesDropped_leavesNothing() {
    for (int i = 0; i < 10_000; i++) {
      drop(Command.of("true").stdout(Stdio.none()).stderr(Stdio.none()));
    }

    assertThat(Look.until(SOON, () -> Children.living().isEmpty())).isTrue();
    assertThat(zombies()).isZero();
  }

  /** Pipes of dropped handles are freed at the next event after the collector has found them. */
  @Test
  void spawn_handlesWithPipesDropped_areReapedAndFreed() {
    int before = Census.take().descriptors().size();
    for (int i = 0; i < 500; i++) {
      drop(Command.of("echo", "unread"));
    }

    assertThat(Look.until(SOON, () -> Children.living().isEmpty())).isTrue();
    assertThat(zombies()).isZero();
    assertThat(
            Look.until(
                SOON,
                () -> {
                  System.gc();
                  drop(Command.of("true").stdout(Stdio.none()).stderr(Stdio.none()));
                  boolean ended = Look.until(SOON, () -> Children.living().isEmpty());
                  return ended && Census.take().descriptors().size() <= before;
                }))
        .as("descriptors above %s: %s", before, Census.take().descriptors().size() - before)
        .isTrue();
  }

  @Test
  void spawn_afterRunsOfAllKinds_leavesNothing() throws Exception {
    for (int i = 0; i < 300; i++) {
      try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
        if (i % 3 == 0) {
          child.stdin().println("x");
          assertThat(child.stdout().readLine()).isEqualTo("x");
        }
        if (i % 3 == 1) {
          child.kill();
        }
      }
    }

    assertThat(Children.living()).isEmpty();
  }

  @Test
  void spawn_thousandFailures_leaveNothing() {
    Command command = Command.of("no-such-program-of-brood").stdin(Stdio.text("input"));
    for (int i = 0; i < 1000; i++) {
      assertThatThrownBy(command::capture).isInstanceOf(SpawnException.class);
    }

    assertThat(Children.living()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void capture_manyThreadsAtOnce_eachGetsItsOwn(boolean virtual) throws Exception {
    List<Future<String>> texts = new ArrayList<>();
    try (ExecutorService threads =
        virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 400; i++) {
        String text = "text " + i;
        Callable<String> call = () -> Command.of(HelperPrograms.print(text)).text();
        texts.add(threads.submit(call));
      }
      for (int i = 0; i < texts.size(); i++) {
        assertThat(texts.get(i).get()).isEqualTo("text " + i);
      }
    }
  }

  private static void capture(int runs) throws InterruptedException {
    for (int i = 0; i < runs; i++) {
      Result result = Command.of("echo", "hi").capture();
      assertThat(result.stdout().text()).isEqualTo("hi\n");
      assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
    }

    assertThat(zombies()).isZero();
    assertThat(Children.living()).isEmpty();
  }

  @SuppressWarnings("resource")
  private static void drop(Command command) {
    command.spawn();
  }

  private static long zombies() {
    return Census.take().children().values().stream().filter(child -> child.zombie()).count();
  }
}
