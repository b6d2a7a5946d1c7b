package dev.brood.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every example as its reader would, as a program without arguments, and compares what it
 * prints with what the guide says.
 */
class ExamplesTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path SOURCES = MODULE.resolve("src/main/java");
  private static final Path GUIDE = MODULE.resolveSibling("docs").resolve("guide");

  static List<String> programs() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(ExamplesTest::isProgram)
          .map(file -> SOURCES.relativize(file).toString())
          .map(name -> name.replace(".java", "").replace('/', '.'))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void program_withoutArguments_endsWellAndPrintsWhatTheGuideShows(
      String program, @TempDir Path folder) throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, program)) {
      assertThat(run.exit()).as(run::told).isZero();
      isAsTheGuideShows(program, run);
    }
  }

  private static void isAsTheGuideShows(String program, ExampleRun run) throws IOException {
    String printed = run.output();
    assertThat(printed).isNotEmpty();
    ShownOutput shown = ShownOutput.ofGuide(GUIDE).get(simpleName(program));
    if (shown != null && !shown.matches(printed)) {
      assertThat(printed).as(() -> shown.page() + "; " + run.told()).isEqualTo(shown.text());
    }
  }

  @Test
  void tour_always_showsWhatItsProgramsPrint() throws IOException {
    List<String> programs = programs();
    Set<String> shown = ShownOutput.ofGuide(GUIDE).keySet();
    assertThat(programs.stream().map(ExamplesTest::simpleName)).containsAll(shown);
    assertThat(shown)
        .containsAll(
            programs.stream()
                .filter(program -> program.contains(".tour."))
                .map(ExamplesTest::simpleName)
                .toList())
        .contains("Chat", "WebServer");
  }

  private static boolean isProgram(Path file) {
    return ShownOutput.read(file).contains("void main(");
  }

  private static String simpleName(String program) {
    return program.substring(program.lastIndexOf('.') + 1);
  }
}
