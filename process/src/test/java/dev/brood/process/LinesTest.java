package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.testkit.HelperPrograms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of real children: where they are cut, tagged and waited for. */
class LinesTest {
  private static List<String> lines(String text) {
    List<String> found = new ArrayList<>();
    try (Child child = Command.of("cat").stdin(Stdio.text(text)).spawn()) {
      for (Line line : child.lines()) {
        found.add(line.text());
      }
    }
    return found;
  }

  @Test
  void lines_eachKindOfEnd_isCutRight() {
    assertThat(lines("a\nb\r\n\n\r\nc\rd\nlast")).containsExactly("a", "b", "", "", "c\rd", "last");
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
  }

  @ParameterizedTest
  @ValueSource(ints = {8 * 1024, 16 * 1024, 64 * 1024, 128 * 1024})
  void lines_multibyteCharacterAtABufferEdge_isWhole(int edge) {
    for (int before = 0; before <= 12; before += 1) {
      String filler = "x".repeat(edge - before);

      assertThat(lines(filler + "ñ€😀\r\n€ü\n😀")).containsExactly(filler + "ñ€😀", "€ü", "😀");
    }
  }

  @Test
  void lines_writtenByteByByte_areWhole() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      Thread writer =
          Thread.startVirtualThread(() -> {
            for (byte b : "ä€😀\r\nü\n".getBytes(StandardCharsets.UTF_8)) {
              child.stdin().write(b);
            }
            child.stdin().close();
          });
      assertThat(child.stdout().readLine()).isEqualTo("ä€😀");
      assertThat(child.stdout().readLine()).isEqualTo("ü");
      assertThat(child.stdout().readLine()).isNull();
      writer.join();
    }
  }

  @Test
  void lines_longerThanTheBound_comeInPiecesThatSaySo() {
    int bound = ChildOutput.LINE_LIMIT_BYTES;
    String text = "x" + "é".repeat(bound);
    List<Line> found = new ArrayList<>();
    try (Child child = Command.of("cat").stdin(Stdio.text(text + "\nnext\n")).spawn()) {
      child.lines().forEach(found::add);
    }

    assertThat(found).extracting(Line::partial).containsExactly(true, true, false, false);
    assertThat(found.get(0).text() + found.get(1).text() + found.get(2).text()).isEqualTo(text);
    assertThat(found.getLast().text()).isEqualTo("next");
  }

  @Test
  void lines_ofBothStreams_areTaggedAndInOrderEach() {
    Instant before = Instant.now();
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    try (Child child = Command.of(HelperPrograms.alternate(2_000)).spawn()) {
      for (Line line : child.lines()) {
        (line.stream() == Line.Stream.STDOUT ? out : err).add(line.text());
        assertThat(line.at()).isBetween(before, Instant.now());
      }
    }

    assertThat(out).hasSize(2_000).startsWith("out 1").endsWith("out 2000");
    assertThat(err).hasSize(2_000).startsWith("err 1").endsWith("err 2000");
    assertThat(out.indexOf("out 1234")).isEqualTo(1233);
    assertThat(err.indexOf("err 1234")).isEqualTo(1233);
  }

  @Test
  void lines_oneStreamSilent_otherIsNotHeldBack() throws Exception {
    try (Child child =
        Command.of("sh", "-c", "echo one >&2; read -r x; echo two").stdin(Stdio.pipe()).spawn()) {
      List<String> found = new ArrayList<>();
      for (Line line : child.lines()) {
        found.add(line.stream() + " " + line.text());
        child.stdin().println("go");
        child.stdin().close();
        break;
      }
      assertThat(found).containsExactly("STDERR one");
      assertThat(child.stdout().readLine()).isEqualTo("two");
    }
  }

  @Test
  void iterator_second_isRefused() {
    try (Child child = Command.of("true").spawn()) {
      Lines lines = child.lines();
      assertThat(lines.iterator()).isNotNull();
      assertThatIllegalStateException().isThrownBy(lines::iterator);
    }
  }

  @Test
  void sink_linesOfBoth_areHandedOverInOrderAndTagged() throws Exception {
    List<Line> out = new ArrayList<>();
    List<Line> err = new ArrayList<>();
    Command.of(HelperPrograms.alternate(1_000))
        .stdout(Stdio.lines(out::add))
        .stderr(Stdio.lines(err::add))
        .run();

    assertThat(out).hasSize(1_000).allMatch(line -> line.stream() == Line.Stream.STDOUT);
    assertThat(err).hasSize(1_000).allMatch(line -> line.stream() == Line.Stream.STDERR);
    assertThat(out.getLast().text()).isEqualTo("out 1000");
    assertThat(err.getLast().text()).isEqualTo("err 1000");
  }

  @Test
  void sink_lastLineWithoutEnd_isHandedOver() throws Exception {
    List<String> found = new ArrayList<>();
    Command.of("printf", "a\\r\\nb").stdout(Stdio.lines(line -> found.add(line.text()))).run();

    assertThat(found).containsExactly("a", "b");
  }

  @Test
  void readLine_timeUp_saysSoAndLosesNothing() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      child.stdin().print("half ");

      assertThat(
              catchThrowableOfType(
                      StdioException.class, () -> child.stdout().readLine(Duration.ofMillis(30)))
                  .reason())
          .isEqualTo(StdioException.Reason.TIMED_OUT);

      child.stdin().println("whole");
      assertThat(child.stdout().readLine(Duration.ofSeconds(30))).isEqualTo("half whole");
      child.stdin().close();
      assertThat(child.stdout().readLine(Duration.ofSeconds(30))).isNull();
      assertThat(child.stdout().readLine(Duration.ofSeconds(30))).isNull();
    }
  }

  @Test
  void readLine_zeroTime_isALook() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      assertThat(
              catchThrowableOfType(
                      StdioException.class, () -> child.stdout().readLine(Duration.ZERO))
                  .reason())
          .isEqualTo(StdioException.Reason.TIMED_OUT);
    }
  }

  @Test
  void readLine_interrupted_saysSoAndKeepsTheFlag() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      CompletableFuture<String> seen = new CompletableFuture<>();
      Thread reader =
          Thread.startVirtualThread(() -> {
            StdioException thrown =
                catchThrowableOfType(StdioException.class, () -> child.stdout().readLine());
            seen.complete(thrown.reason() + " " + Thread.currentThread().isInterrupted());
          });
      while (reader.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      reader.interrupt();

      assertThat(seen.get()).isEqualTo("INTERRUPTED true");
      child.stdin().println("goes on");
      assertThat(child.stdout().readLine()).isEqualTo("goes on");
    }
  }

  @Test
  void readLine_closedMeanwhile_wakes() throws Exception {
    try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      CompletableFuture<StdioException.Reason> seen = new CompletableFuture<>();
      Thread reader =
          Thread.startVirtualThread(() ->
              seen.complete(
                  catchThrowableOfType(StdioException.class, () -> child.stdout().readLine())
                      .reason()));
      while (reader.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      child.stdout().close();

      assertThat(seen.get()).isEqualTo(StdioException.Reason.CLOSED);
    }
  }

  @Test
  void read_bytesAfterLines_goOnWhereTheLinesEnded() throws Exception {
    try (Child child = Command.of("printf", "line\\nrest").spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("line");
      assertThat(new String(child.stdout().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("rest");
    }
  }

  @Test
  void charset_ofTheCommand_isUsedForLines() throws Exception {
    try (Child child =
        Command.of("printf", "\\344\\n\\366").charset(StandardCharsets.ISO_8859_1).spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("ä");
      assertThat(child.stdout().readLine()).isEqualTo("ö");
    }
  }
}
