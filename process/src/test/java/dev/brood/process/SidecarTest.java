package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The process that ends children when their JVM is gone. */
class SidecarTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration PROMISE = Duration.ofSeconds(2);

  private final String mark = Look.newMark();

  @AfterEach
  void killWhatIsLeft() {
    Look.killAll(Look.marked(mark));
  }

  @Test
  void sidecar_ofThisJvm_isOneAndHoldsNothingOfIts() throws Exception {
    try (Child child = Command.of("sleep", "60").spawn()) {
      List<Long> sidecars = Look.sidecars(ProcessHandle.current().pid());

      assertThat(sidecars).hasSize(1);
      List<String> descriptors = Look.descriptors(sidecars.getFirst());
      assertThat(descriptors).hasSize(4);
      assertThat(descriptors.get(0)).startsWith("pipe:");
      assertThat(descriptors.get(1)).isEqualTo("/dev/null");
      assertThat(descriptors.get(2)).isEqualTo("/dev/null");
      assertThat(descriptors.get(3)).contains("brood-sidecar");
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void sidecar_ofThisJvm_isInASessionOfItsOwn() {
    long sidecar = Look.sidecars(ProcessHandle.current().pid()).getFirst();

    assertThat(Look.session(sidecar)).isEqualTo(sidecar);
    assertThat(Look.terminal(sidecar)).isZero();
  }

  @Test
  void sidecar_killed_isStartedAgainAndGuards() throws Exception {
    try (Child jvm = Family.jvm(mark, "2").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      long first = sidecar(jvm.pid());
      int living = 1 + 6 * 3; // the JVM, and its families
      assertThat(Look.areMarked(mark, living, SOON)).isTrue();

      Look.killAll(List.of(first));
      assertThat(
              Look.until(
                  SOON,
                  () ->
                      !Look.sidecars(jvm.pid()).equals(List.of(first))
                          && Look.sidecars(jvm.pid()).size() == 1))
          .as("another one")
          .isTrue();
      assertThat(Look.areMarked(mark, living, SOON)).as("no child was harmed").isTrue();

      jvm.signal(Signal.KILL);

      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty()))
          .as("left: %s", Look.marked(mark))
          .isTrue();
    }
  }

  /** The one sidecar of a JVM; before its exec is complete it has another name. */
  private static long sidecar(long jvm) {
    assertThat(Look.until(SOON, () -> Look.sidecars(jvm).size() == 1)).isTrue();
    return Look.sidecars(jvm).getFirst();
  }

  @Test
  void sidecar_jvmEnds_endsToo() throws Exception {
    try (Child jvm = Family.jvm(mark, "1").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      long sidecar = sidecar(jvm.pid());

      jvm.stdin().println("return");
      jvm.await();

      assertThat(Look.within(PROMISE, () -> !Look.lives(sidecar))).isTrue();
    }
  }

  @Test
  void sidecar_childrenCameAndWent_killsNobodyElse() throws Exception {
    // A stranger, not started by that JVM, in no group of its.
    try (Child stranger = Command.of("sleep", "60").spawn();
        Child jvm = Family.jvm(mark, "2").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.signal(Signal.KILL);

      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
      assertThat(stranger.isAlive()).isTrue();
    }
  }
}
