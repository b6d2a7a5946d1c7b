package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a JVM was started, the children that it starts find everything in order. */
class OddStartTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec \"$@\" <&- >&- 2>&-",
        "trap '' CHLD; exec \"$@\"",
        "exec env --block-signal=CHLD,PIPE,HUP,INT,TERM,USR1,USR2,ALRM,CONT \"$@\""
      })
  void spawn_jvmStartedOddly_childrenFindEverythingInOrder(String line) throws Exception {
    check(line);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec \"$@\"",
        "exec \"$@\" <&-",
        "exec \"$@\" >&-",
        "exec \"$@\" 2>&-",
        "exec env --ignore-signal=CHLD,PIPE,HUP,INT,QUIT,TERM,USR1,USR2,TSTP \"$@\"",
        "exec env --block-signal --ignore-signal \"$@\" <&- >&- 2>&-",
        "umask 0; ulimit -c 0; cd /; exec \"$@\"",
        "exec 7</etc/passwd 9>/dev/null; exec \"$@\""
      })
  void spawn_jvmStartedMoreOddly_childrenFindEverythingInOrder(String line) throws Exception {
    check(line);
  }

  private void check(String line) throws Exception {
    Path seen = directory.resolve("seen");

    Result result =
        ChildJvm.behind(line, OddStart.class, seen.toString())
            .deadline(Duration.ofSeconds(60))
            .capture();

    assertThat(result.exit().success()).isTrue();
    List<String> expected = new ArrayList<>();
    for (Place place : Place.values()) {
      expected.addAll(
          List.of(
              place + " output hello",
              place + " input given",
              place + " default input 0",
              place + " ended exit code 7, bad",
              place + " ended signal SIGTERM",
              place + " pipe y",
              place + " SigBlk: 0000000000000000",
              place + " SigIgn: 0000000000000000",
              place + " descriptor 0 /dev/null",
              place + " descriptor 1 pipe:[N]",
              place + " descriptor 2 pipe:[N]"));
    }
    assertThat(Files.readAllLines(seen)).containsExactlyElementsOf(expected);
  }
}
