package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.HelperPrograms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tracker of all living children. */
class ChildrenTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final String mark = Look.newMark();

  @Test
  void living_startedChildren_areListedOldestFirst() throws Exception {
    try (Child first = sleeper();
        Child second = sleeper();
        Child third = sleeper()) {
      assertThat(Children.living()).containsExactly(first, second, third);

      second.kill();

      assertThat(Children.living()).containsExactly(first, third);
    }
    assertThat(Children.living()).isEmpty();
  }

  @Test
  void living_whileACaptureRuns_hasItToo() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Thread.startVirtualThread(() -> {
      try {
        Command.of("sleep", "60").unchecked().capture();
      } catch (InterruptedException | EndedException e) {
        done.countDown();
      }
    });
    assertThat(Look.until(SOON, () -> Children.living().size() == 1)).isTrue();

    Children.living().getFirst().kill();

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void stopAll_several_areStoppedAtTheSameTime(@TempDir Path directory) throws Exception {
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      children.add(Command.of(HelperPrograms.endTogether(directory, 10)).spawn());
    }
    for (Child child : children) {
      assertThat(child.stdout().readLine()).isEqualTo("ready");
    }

    Children.stopAll(SOON);

    for (Child child : children) {
      assertThat(child.await()).as("waited for the others").isEqualTo(new Exit.Exited(7));
      child.close();
    }
  }

  @Test
  void stopAll_stubbornAndTame_allEnd() throws Exception {
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Child child = Command.of(HelperPrograms.ignoreTerm()).env(Look.MARK, mark).spawn();
      children.add(child);
      assertThat(child.stdout().readLine()).isEqualTo("ready");
      children.add(Command.of(HelperPrograms.threeLevels()).env(Look.MARK, mark).spawn());
    }
    long begin = System.nanoTime();

    Children.stopAll(Duration.ofMillis(500));

    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("the grace")
        .isGreaterThanOrEqualTo(Duration.ofMillis(500));
    assertThat(children).noneMatch(Child::isAlive);
    assertThat(Children.living()).isEmpty();
    assertThat(Look.marked(mark)).isEmpty();
    assertThat(children.getFirst().result().cause()).isEqualTo(Cause.STOPPED);
    children.forEach(Child::close);
  }

  @Test
  void stopAll_interrupted_stillEndsAllAndKeepsTheFlag() throws Exception {
    try (Child child = sleeper()) {
      Thread.currentThread().interrupt();

      Children.stopAll(SOON);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void stopAll_nobody_returns() {
    Children.stopAll(SOON);

    assertThat(Children.living()).isEmpty();
  }

  @Test
  void awaitAll_living_saysNoInTime() throws Exception {
    try (Child child = sleeper()) {
      long begin = System.nanoTime();

      assertThat(Children.awaitAll(Duration.ofMillis(100))).isFalse();

      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(100), SOON);
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void awaitAll_allEnd_saysYes() throws Exception {
    try (Child first = Command.of("sh", "-c", "read -r l").stdin(Stdio.pipe()).spawn();
        Child second = Command.of("sh", "-c", "read -r l").stdin(Stdio.pipe()).spawn()) {
      second.stdin().close();
      first.stdin().close();

      assertThat(Children.awaitAll(SOON)).isTrue();

      assertThat(first.isAlive() || second.isAlive()).isFalse();
    }
  }

  private static Child sleeper() {
    return Command.of(HelperPrograms.sleep(Duration.ofMinutes(1))).spawn();
  }
}
