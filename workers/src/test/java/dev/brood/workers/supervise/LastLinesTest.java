package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LastLinesTest {
  private final LastLines lines = new LastLines();

  @Test
  void connect_nothingSaid_inheritsAndListens() {
    Command command = lines.connect(Command.of("x"), true);

    assertThat(command.stdout()).containsExactly(Stdio.inherit());
    assertThat(command.stderr()).containsExactly(Stdio.inherit(), Stdio.lines(lines));
  }

  @Test
  void connect_untapped_leavesTheRealDescriptor() {
    Command command = lines.connect(Command.of("x"), false);

    assertThat(command.stderr()).containsExactly(Stdio.inherit());
  }

  @Test
  void connect_errorsGoNowhere_onlyListens() {
    Command command = lines.connect(Command.of("x").stderr(Stdio.none()), true);

    assertThat(command.stderr()).containsExactly(Stdio.lines(lines));
  }

  @Test
  void connect_errorsGoToStdout_listensThere() {
    Path log = Path.of("x.log");
    Command command = Command.of("x").stdout(Stdio.file(log)).stderr(Stdio.toStdout());

    Command connected = lines.connect(command, true);

    assertThat(connected.stdout()).containsExactly(Stdio.file(log), Stdio.lines(lines));
    assertThat(connected.stderr()).containsExactly(Stdio.toStdout());
  }

  @Test
  void connect_bothInOneFile_opensItOnce() {
    Path log = Path.of("x.log");
    Command command = Command.of("x").stdout(Stdio.file(log)).stderr(Stdio.file(log));

    Command connected = lines.connect(command, true);

    assertThat(connected.stdout()).containsExactly(Stdio.file(log), Stdio.lines(lines));
    assertThat(connected.stderr()).containsExactly(Stdio.toStdout());
  }

  @Test
  void connect_bareDescriptor_isLeftAlone() {
    Command command = Command.of("x").stderr(Stdio.descriptor(7));

    assertThat(lines.connect(command, true).stderr()).containsExactly(Stdio.descriptor(7));
  }

  @Test
  void lines_longOrMany_areCut() {
    for (int n = 0; n < 50; n++) {
      lines.accept(new Line(Line.Stream.STDERR, n + "x".repeat(5000), Instant.EPOCH, false));
    }

    assertThat(lines.lines())
        .hasSize(Death.MOST_LINES)
        .allSatisfy(line -> assertThat(line).hasSize(1000));
    assertThat(lines.lines().getLast()).startsWith("49x");
  }
}
