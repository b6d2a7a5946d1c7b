package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM ends, in every way that there is: what must die with it dies, what may live lives. */
class ParentEndTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  /** The promise for a JVM that was killed. */
  private static final Duration PROMISE = Duration.ofSeconds(2);

  private final String mark = Look.newMark();

  @AfterEach
  void killWhatIsLeft() {
    Look.killAll(Look.marked(mark));
  }

  @ParameterizedTest
  @CsvSource({"exit, 3", "halt, 4", "return, 0", "throw, 1"})
  void jvm_endsByItself_childrenAndGrandchildrenAreGone(String how, int code) throws Exception {
    try (Child jvm = Family.jvm(mark, "3").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      assertThat(Look.areMarked(mark, 1 + 9 * 3, SOON)).isTrue();

      jvm.stdin().println(how);

      assertThat(jvm.await(SOON)).contains(new Exit.Exited(code));
      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty()))
          .as("left: %s", Look.marked(mark))
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void jvm_endsBySignal_childrenAndGrandchildrenAreGone(String name) throws Exception {
    try (Child jvm = Family.jvm(mark, "3").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.signal(Signal.of(name));

      assertThat(jvm.await(SOON)).contains(new Exit.Exited(128 + Signal.of(name).number()));
      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "return"})
  void jvm_endsWithCodeThatStopsFirst_childrenEndInItsOrder(String how) throws Exception {
    try (Child jvm = Family.jvm(mark, "0", "ordered").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.stdin().println(how);

      assertThat(jvm.stderr().readLine(SOON)).isEqualTo("first");
      assertThat(jvm.stderr().readLine(SOON)).isEqualTo("second");
      assertThat(jvm.await(SOON)).isPresent();
      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "return"})
  void jvm_endsWithStubbornChildren_theyAreForcedInBoundedTime(String how) throws Exception {
    try (Child jvm = Family.jvm(mark, "2", "stubborn").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      long begin = System.nanoTime();

      jvm.stdin().println(how);

      assertThat(jvm.await(SOON)).isPresent();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Children.SHUTDOWN_LIMIT);
      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }

  @Test
  void jvm_getsSigkill_fiftyChildrenAndTheirsAreGoneWithinTwoSeconds() throws Exception {
    try (Child jvm = Family.jvm(mark, "17").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");
      assertThat(Look.areMarked(mark, 1 + 51 * 3, SOON)).as("the JVM, 51 families of 3").isTrue();

      assertThat(jvm.signal(Signal.KILL)).isTrue();

      boolean gone = Look.within(PROMISE, () -> Look.marked(mark).isEmpty());
      assertThat(gone).as("left: %s", Look.marked(mark)).isTrue();
      assertThat(jvm.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
    }
  }

  @Test
  void jvm_getsSigkillWithStubbornChildren_theyAreGone() throws Exception {
    try (Child jvm = Family.jvm(mark, "3", "stubborn").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.signal(Signal.KILL);

      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "halt", "return", "throw", "KILL", "TERM", "INT"})
  void detached_jvmEnds_livesOnByItself(String how) throws Exception {
    try (Child jvm = Family.jvm(mark, "1", "detached").spawn()) {
      long detached = Long.parseLong(jvm.stdout().readLine());
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      if (how.equals(how.toUpperCase(java.util.Locale.ROOT))) {
        jvm.signal(Signal.of(how));
      } else {
        jvm.stdin().println(how);
      }
      jvm.await();

      assertThat(Look.within(PROMISE, () -> Look.marked(mark).equals(List.of(detached))))
          .as("only the detached one: %s", Look.marked(mark))
          .isTrue();
      assertThat(Look.session(detached)).isEqualTo(detached);
      assertThat(Look.group(detached)).isEqualTo(detached);
      assertThat(Look.terminal(detached)).isZero();
      // While it starts, its libraries are open too.
      List<String> nothing = Collections.nCopies(3, "/dev/null");
      assertThat(Look.until(SOON, () -> Look.descriptors(detached).equals(nothing))).isTrue();
      Look.killAll(List.of(detached));
      assertThat(Look.until(SOON, () -> !Look.lives(detached))).isTrue();
    }
  }

  @Test
  void detached_closed_livesOn() throws Exception {
    Child child = Command.of("sleep", "60").env(Look.MARK, mark).detached().spawn();
    child.close();

    assertThat(Look.lives(child.pid())).isTrue();
    assertThat(Children.living()).doesNotContain(child);
    assertThat(child.kill().forced()).as("stopped when asked to").isTrue();
  }

  @Test
  void cause_stoppedByShutdown_isParentExit() throws Exception {
    try (Child jvm = Family.jvm(mark, "1").spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.stdin().println("tell-cause");

      assertThat(jvm.stdout().readLine()).isEqualTo(Cause.PARENT_EXIT.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0"})
  void spawn_duringShutdown_failsCleanly(String children) throws Exception {
    // With 0, the engine is used for the first time when the shutdown has begun.
    try (Child jvm = Family.jvm(mark, children).stderr(Stdio.toStdout()).spawn()) {
      assertThat(jvm.stdout().readLine()).isEqualTo("ready");

      jvm.stdin().println("spawn-in-hook");

      assertThat(jvm.stdout().readLine()).isEqualTo("SHUTTING_DOWN LIMITS");
      assertThat(jvm.await(SOON)).contains(new Exit.Exited(0));
      assertThat(Look.within(PROMISE, () -> Look.marked(mark).isEmpty())).isTrue();
    }
  }
}
