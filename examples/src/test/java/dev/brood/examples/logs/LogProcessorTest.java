package dev.brood.examples.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.examples.ExampleRun;
import dev.brood.examples.logs.LogProcessor.Target;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogProcessorTest {
  private static final String PROCESSOR = LogProcessor.class.getName();

  @TempDir private Path folder;

  @Test
  void log_ofManyLines_goesThroughEachFilterWhole() throws Exception {
    String log = numbers(1, 20_000);
    assertThat(
            process(
                log, new Target(folder, 10_000_000, 1), Map.of("all", "cat", "nines", "grep 9$")))
        .isTrue();
    assertThat(folder.resolve("all.log")).hasContent(log);
    assertThat(Files.readAllLines(folder.resolve("nines.log"))).hasSize(2_000);
  }

  @Test
  void file_thatIsFull_beginsAnewAndTheOldestGoes() throws Exception {
    assertThat(process(numbers(100, 999), new Target(folder, 1_000, 2), Map.of("all", "cat")))
        .isTrue();
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("all.log", "all.log.1", "all.log.2");
    assertThat(folder.resolve("all.log.2")).hasContent(numbers(350, 599)); // 250 lines of 4 bytes
    assertThat(folder.resolve("all.log.1")).hasContent(numbers(600, 849));
    assertThat(folder.resolve("all.log")).hasContent(numbers(850, 999));
  }

  @Test
  void file_ofAnEarlierRun_isWrittenOn() throws Exception {
    Target target = new Target(folder, 1_000, 0);
    assertThat(process("one\n", target, Map.of("all", "cat"))).isTrue();
    assertThat(process("two\n", target, Map.of("all", "cat"))).isTrue();
    assertThat(folder.resolve("all.log")).hasContent("one\ntwo\n");
  }

  @Test
  void rotatingFile_lineInPiecesAndTooLong_isCutOnlyIfItIsTooLong() throws Exception {
    try (RotatingFile file = new RotatingFile(folder.resolve("x"), 10, 3)) {
      for (String piece : List.of("123", "4567\nab", "cdef\n", "this is too long\n", "z")) {
        file.write(piece.getBytes(StandardCharsets.UTF_8));
      }
      assertThat(file.files()).isEqualTo(3);
    }
    assertThat(folder.resolve("x.2")).hasContent("1234567\nabcdef\n");
    assertThat(folder.resolve("x.1")).hasContent("this is too long\n");
    assertThat(folder.resolve("x")).hasContent("z");
  }

  @Test
  void filter_readsNoMore_isNoFailureAndHoldsUpNobody() throws Exception {
    String log = numbers(1, 100_000);
    Map<String, String> filters = Map.of("first", "head -n 1", "all", "cat", "none", "grep absent");
    assertThat(process(log, new Target(folder, 10_000_000, 1), filters)).isTrue();
    assertThat(folder.resolve("first.log")).hasContent("1\n");
    assertThat(folder.resolve("all.log")).hasContent(log);
  }

  @Test
  void filter_fails_isToldAndTheOthersGoOn() throws Exception {
    Map<String, String> filters = Map.of("bad", "exit 3", "all", "cat");
    assertThat(process("one\n", new Target(folder, 1_000, 1), filters)).isFalse();
    assertThat(folder.resolve("all.log")).hasContent("one\n");
  }

  @Test
  void program_readsStandardInput_andTellsWhatItDid() throws Exception {
    Path log = Files.writeString(folder.resolve("input"), numbers(1, 10));
    try (ExampleRun run =
        ExampleRun.start(folder, log, PROCESSOR, "--into", "logs", "ones=grep 1", "bad=exit 7")) {
      assertThat(run.exit()).as(run::told).isEqualTo(1);
      assertThat(run.output()).isEqualTo("ones: 2 lines, 1 files\nbad: 0 lines, 1 files\n");
      assertThat(run.errors()).isEqualTo("bad: exit code 7\n");
    }
    assertThat(folder.resolve("logs/ones.log")).hasContent("1\n10\n");
  }

  @Test
  void program_wrongCommandLine_saysSoAndEndsWithTwo() throws Exception {
    wrong("not NAME=...: grep", "grep");
    wrong("there are two a", "a=cat", "a=cat");
    wrong("--bytes is a number from 1 up, not few", "--bytes", "few", "a=cat");
    wrong("--into needs a value", "a=cat", "--into");
  }

  private void wrong(String message, String... arguments) throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, PROCESSOR, arguments)) {
      assertThat(run.exit()).as(run::told).isEqualTo(2);
      assertThat(run.errors()).isEqualTo(message + "; --help tells more\n");
    }
  }

  private static boolean process(String log, Target target, Map<String, String> filters)
      throws IOException, InterruptedException {
    InputStream in = new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8));
    return LogProcessor.process(in, List.copyOf(filters.entrySet()), target);
  }

  private static String numbers(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(number -> number + "\n")
        .collect(Collectors.joining());
  }
}
