package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeProgramsTest {
  @TempDir private Path directory;

  @Test
  void install_answeredCommand_isNotStarted() throws Exception {
    Path mark = directory.resolve("mark");
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("touch"), FakePrograms.answer().stdout("made\n"));

      assertThat(Command.of("touch", mark.toString()).text()).isEqualTo("made");
      assertThat(fake.calls())
          .containsExactly(new FakePrograms.Call(List.of("touch", mark.toString()), null, ""));
    }
    assertThat(mark).doesNotExist();
  }

  @Test
  void close_afterwards_realProgramsRunAgain() throws Exception {
    FakePrograms.install().when(List.of("echo"), FakePrograms.answer().stdout("fake")).close();

    assertThat(Command.of("echo", "real").text()).isEqualTo("real");
  }

  @Test
  void when_severalRules_lastThatMatchesWins() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("git"), FakePrograms.answer().stdout("any"))
          .when(List.of("git", "status"), FakePrograms.answer().stdout("clean"));

      assertThat(Command.of("git", "log").text()).isEqualTo("any");
      assertThat(Command.of("git", "status", "-s").text()).isEqualTo("clean");
    }
  }

  @Test
  void spawn_nothingAnswers_isProgramNotFoundAndSaysSo() {
    try (FakePrograms fake = FakePrograms.install()) {
      SpawnException thrown =
          catchThrowableOfType(SpawnException.class, () -> Command.of("echo", "x").capture());

      assertThat(thrown.reason()).isEqualTo(SpawnException.Reason.PROGRAM_NOT_FOUND);
      assertThat(thrown).hasMessageContaining("FakePrograms").hasMessageContaining("[echo, x]");
      assertThat(fake.calls()).isEmpty();
    }
  }

  @Test
  void answer_exitCodeAndError_failAsARealProgramDoes() {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("make"), FakePrograms.answer().stdout("o").stderr("no rule\n").exit(2));

      ExitException thrown =
          catchThrowableOfType(ExitException.class, () -> Command.of("make").capture());

      assertThat(thrown.result().exit()).isEqualTo(new Exit.Exited(2));
      assertThat(thrown.result().stdout().text()).isEqualTo("o");
      assertThat(thrown).hasMessageContaining("no rule");
    }
  }

  @Test
  void answer_signal_isTheExit() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().signal(Signal.SEGV));

      assertThat(Command.of("x").unchecked().capture().exit())
          .isEqualTo(new Exit.Signaled(Signal.SEGV, false));
    }
  }

  @Test
  void answer_functionOfTheCall_seesWordsDirectoryAndInput() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(
          argv -> argv.getFirst().equals("tr"),
          call -> FakePrograms.answer().stdout(call.stdin().toUpperCase(java.util.Locale.ROOT)));

      assertThat(
              Command.of("tr", "x")
                  .secret("y")
                  .directory(directory)
                  .stdin(Stdio.text("abc"))
                  .text())
          .isEqualTo("ABC");
      assertThat(fake.calls())
          .containsExactly(
              new FakePrograms.Call(List.of("tr", "x", "y"), directory.toString(), "abc"));
    }
  }

  @Test
  void spawn_pipes_areRealPipes() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().stdout("a\nb\n").stderr("c\n"));

      try (Child child = Command.of("x").stdin(Stdio.pipe()).spawn()) {
        assertThat(child.pid()).isGreaterThan(1L << 22);
        child.stdin().print("input").close();
        assertThat(child.stdout().readLine()).isEqualTo("a");
        assertThat(child.stdout().readLine()).isEqualTo("b");
        assertThat(child.stdout().readLine()).isNull();
        assertThat(child.stderr().readLine()).isEqualTo("c");
        assertThat(child.await().success()).isTrue();
      }
      assertThat(fake.calls().getFirst().stdin()).isEqualTo("input");
    }
  }

  @Test
  void stdout_file_isWritten() throws Exception {
    Path file = directory.resolve("f");
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().stdout("text"));
      Command.of("x").stdout(Stdio.file(file)).run();
    }
    assertThat(Files.readString(file)).isEqualTo("text");
  }

  @Test
  void stdout_moreThanAPipeHolds_allArrives() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().stdout("y".repeat(3_000_000)));

      assertThat(Command.of("x").bytes()).hasSize(3_000_000);
    }
  }

  @Test
  void deadline_answerThatTakesTooLong_isStopped() {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().stdout("so far").after(Duration.ofMinutes(5)));

      DeadlineException thrown =
          catchThrowableOfType(
              DeadlineException.class,
              () -> Command.of("x").deadline(Duration.ofMillis(50)).capture());

      assertThat(thrown.result().cause()).isEqualTo(Cause.DEADLINE);
    }
  }

  @Test
  void stop_answerThatTakesLong_endsIt() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("x"), FakePrograms.answer().stdout("up\n").after(Duration.ofMinutes(5)));

      try (Child child = Command.of("x").spawn()) {
        assertThat(child.stdout().readLine()).isEqualTo("up");
        child.stop();
        assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
        assertThat(child.signal(Signal.TERM)).isFalse();
      }
    }
  }

  @Test
  void answer_functionThatFails_failsTheCommandWithItsError() {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(
          argv -> true,
          call -> {
            throw new AssertionError("unexpected " + call.argv());
          });

      assertThatThrownBy(() -> Command.of("x").deadline(Duration.ofSeconds(10)).capture())
          .hasStackTraceContaining("unexpected [x]");
    }
  }

  @Test
  void install_threadsStartedMeanwhile_seeIt_othersDoNot() throws Exception {
    FutureTask<String> before = new FutureTask<>(() -> Command.of("echo", "real").text());
    Thread other = Thread.ofPlatform().unstarted(before);
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("echo"), FakePrograms.answer().stdout("fake"));
      FutureTask<String> inside = new FutureTask<>(() -> Command.of("echo", "real").text());
      Thread.ofVirtual().start(inside).join();
      other.start();

      assertThat(inside.get()).isEqualTo("fake");
      assertThat(before.get()).isEqualTo("real");
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } finally {
      other.join();
    }
  }

  @Test
  void install_nested_innerIsInForceUntilClosed() throws Exception {
    try (FakePrograms outer = FakePrograms.install()) {
      outer.when(List.of("x"), FakePrograms.answer().stdout("outer"));
      try (FakePrograms inner = FakePrograms.install()) {
        inner.when(List.of("x"), FakePrograms.answer().stdout("inner"));
        assertThat(Command.of("x").text()).isEqualTo("inner");
      }
      assertThat(Command.of("x").text()).isEqualTo("outer");
    }
  }

  @Test
  void pipeline_ofFakes_passesTheOutputOn() throws Exception {
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("one"), FakePrograms.answer().stdout("from one"))
          .when(
              argv -> argv.getFirst().equals("two"),
              call -> FakePrograms.answer().stdout("<" + call.stdin() + ">"));

      assertThat(Command.of("one").pipe(Command.of("two")).text()).isEqualTo("<from one>");
    }
  }
}
