package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import dev.brood.testkit.FakeTicker;
import dev.brood.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Reports, what is made of them, and how it is drawn. */
class ProgressTest {
  private final FakeTicker ticker = new FakeTicker();
  private final ProgressTracker tracker = new ProgressTracker(ticker);

  @Test
  void report_thatLeavesSomethingOut_changesOnlyTheRest() {
    assertThat(tracker.report(ProgressReport.of(10).phase("load").message("1 of 7"))).isTrue();
    assertThat(tracker.report(ProgressReport.of(20))).isTrue();
    assertThat(tracker.progress().phase()).contains("load");
    assertThat(tracker.progress().message()).contains("1 of 7");
    assertThat(tracker.report(ProgressReport.of(20).phase("store"))).isTrue();
    assertThat(tracker.progress().message()).as("of another phase").isEmpty();
  }

  @Test
  void report_thatSaysNothingNew_isNoMovement() {
    assertThat(tracker.report(ProgressReport.of(10).phase("load"))).isTrue();
    ticker.advance(Duration.ofSeconds(5));
    assertThat(tracker.report(ProgressReport.of(10).phase("load"))).isFalse();
    assertThat(tracker.progress().still()).isEqualTo(Duration.ofSeconds(5));
    assertThat(tracker.progress().elapsed()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void remaining_atAnEvenSpeed_isWhatIsLeft() {
    everySecond(0, 10, 20, 30, 40);
    assertThat(tracker.progress().remaining()).contains(Duration.ofSeconds(6));
    ticker.advance(Duration.ofMillis(500));
    assertThat(tracker.progress().remaining()).contains(Duration.ofMillis(5500));
  }

  @Test
  void remaining_ofWorkThatSlowsDown_followsTheLaterHalf() {
    everySecond(0, 20, 40, 41, 42, 43, 44);
    assertThat(tracker.progress().remaining().orElseThrow())
        .isBetween(Duration.ofSeconds(50), Duration.ofSeconds(56));
  }

  @Test
  void remaining_whenTheNextStepIsOverdue_grows() {
    everySecond(0, 10, 20);
    ticker.advance(Duration.ofSeconds(1));
    Duration due = tracker.progress().remaining().orElseThrow();
    ticker.advance(Duration.ofSeconds(10));
    assertThat(tracker.progress().remaining().orElseThrow()).isGreaterThan(due);
  }

  @Test
  void remaining_withoutTwoPercentagesOrAtTheEnd_isUnknownOrNothing() {
    assertThat(tracker.progress().remaining()).isEmpty();
    tracker.report(ProgressReport.of(50));
    assertThat(tracker.progress().remaining()).isEmpty();
    tracker.report(ProgressReport.of(100));
    assertThat(tracker.progress().remaining()).contains(Duration.ZERO);
  }

  @Test
  void remaining_afterPercentHaveFallen_isEstimatedAnew() {
    everySecond(0, 50, 99, 0);
    assertThat(tracker.progress().remaining()).isEmpty();
    ticker.advance(Duration.ofSeconds(1));
    tracker.report(ProgressReport.of(1));
    assertThat(tracker.progress().remaining()).contains(Duration.ofSeconds(99));
  }

  @Test
  void remaining_atAnySpeed_isKnownAndBounded() {
    Simulation.histories(
        500,
        simulation -> {
          ProgressCore core = new ProgressCore(0);
          double percent = 0;
          for (int i = 0; i < 300; i++) {
            simulation.after(simulation.between(Duration.ZERO, Duration.ofMinutes(1)), () -> {});
            simulation.step();
            if (simulation.gen().below(4) != 0) {
              percent = Math.min(100, percent + simulation.gen().below(100) / 100.0);
              core.report(ProgressReport.of(percent), simulation.nanos());
            }
            Progress progress = core.at(simulation.nanos());
            progress.remaining().ifPresent(left -> assertThat(left.isNegative()).isFalse());
            assertThat(progress.remaining().isPresent() || i < 50).isTrue();
            assertThat(new ProgressBar(60).line("x", progress).length()).isLessThanOrEqualTo(60);
          }
        });
  }

  @Test
  void message_ofTheProtocol_isReadLeniently() {
    assertThat(ProgressReport.of(Map.of("percent", 40, "phase", "load")))
        .contains(ProgressReport.of(40).phase("load"));
    assertThat(ProgressReport.of(Map.of("percent", 101, "message", "x")))
        .contains(new ProgressReport(OptionalDouble.empty(), Optional.empty(), Optional.of("x")));
    assertThat(ProgressReport.of(Map.of("percent", "40"))).isEmpty();
    assertThatThrownBy(() -> ProgressReport.of(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void pattern_withItsGroups_findsReportsInLines() {
    assertThat(ProgressPattern.PERCENT.find("loading  45.5% of it"))
        .contains(ProgressReport.of(45.5));
    for (String line : List.of("nothing", "1040%", "1040.5%", "1,040%")) {
      assertThat(ProgressPattern.PERCENT.find(line)).as(line).isEmpty();
    }
    assertThat(ProgressPattern.PERCENT.find("1040% then...40%")).contains(ProgressReport.of(40));
    ProgressPattern steps =
        ProgressPattern.of("\\[(?<done>\\d+)/(?<total>\\d+)\\] (?<phase>\\w+)(?: (?<message>.*))?");
    assertThat(steps.find("[3/12] CC main.o"))
        .contains(ProgressReport.of(25).phase("CC").message("main.o"));
    assertThat(steps.find("[1/0] LD").orElseThrow().percent()).isEmpty();
    assertThat(steps.find("[9999999999999/1] LD").orElseThrow().percent()).isEmpty();
    assertThatThrownBy(() -> ProgressPattern.of("(?<done>\\d+)"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProgressPattern.of("\\d+"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tap_onAnyCutOfTheBytes_findsTheSameLines() {
    byte[] bytes = "é 10%\r20%\r\n\n\r30%\nunfinished 99%".getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size <= bytes.length; size++) {
      List<ProgressReport> found = new ArrayList<>();
      int[] activity = {0};
      OutputTap tap = new OutputTap(() -> activity[0]++, ProgressPattern.PERCENT, found::add);
      for (int at = 0; at < bytes.length; at += size) {
        tap.write(bytes, at, Math.min(size, bytes.length - at));
      }
      assertThat(found)
          .containsExactly(
              ProgressReport.of(10),
              ProgressReport.of(20),
              ProgressReport.of(30),
              ProgressReport.of(99));
      assertThat(activity[0]).isEqualTo((bytes.length + size - 1) / size);
    }
  }

  @Test
  void tap_onALineThatIsNotEnded_waitsWhileMoreCouldChangeItAndLooksAtTheEnd() {
    List<ProgressReport> found = new ArrayList<>();
    ProgressPattern pattern = ProgressPattern.of("(?<done>\\d+)/(?<total>\\d+)");
    OutputTap tap = new OutputTap(() -> {}, pattern, found::add);
    write(tap, "\r1/1");
    assertThat(found).as("1/1 of what may be 1/10").isEmpty();
    write(tap, "0 files");
    assertThat(found).containsExactly(ProgressReport.of(10));
    write(tap, "\r10/10");
    tap.close();
    assertThat(found).containsExactly(ProgressReport.of(10), ProgressReport.of(100));
  }

  @Test
  void tap_ofTwoStartsOfOneCommand_keepsNothingOfTheFirstForTheSecond() throws Exception {
    Stdio.Sink tap = tracker.tap(ProgressPattern.PERCENT);
    Result unused = Command.of("printf", "%s", "4").stdout(tap).run();
    unused = Command.of("printf", "%s", "2%").stdout(tap).run();
    assertThat(tracker.progress().percent()).hasValue(2);
  }

  private static void write(OutputTap tap, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    tap.write(bytes, 0, bytes.length);
  }

  @Test
  void tap_onAnEndlessLine_keepsOnlyItsBeginning() {
    List<ProgressReport> found = new ArrayList<>();
    OutputTap tap = new OutputTap(() -> {}, ProgressPattern.PERCENT, found::add);
    byte[] endless = ("7%" + "x".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 10; i++) {
      tap.write(endless, 0, endless.length);
    }
    tap.write("\n8%\n".getBytes(StandardCharsets.UTF_8), 0, 4);
    assertThat(found).containsExactly(ProgressReport.of(7), ProgressReport.of(8));
  }

  @Test
  void bar_ofProgress_isOneLineOfTheWidth() {
    everySecond(0, 10, 20, 30, 40);
    tracker.report(ProgressReport.of(40).phase("load").message("3 of 7 files"));
    assertThat(new ProgressBar(80).line("import", tracker.progress()))
        .isEqualTo("import [########------------]  40 % 0:06 left  load  3 of 7 files");
    assertThat(new ProgressBar(30).line("import", tracker.progress()))
        .isEqualTo("import [##-----]  40 % 0:06 le");
  }

  @Test
  void bar_ofHostileText_movesNoCursor() {
    tracker.report(ProgressReport.of(1).message("\u001b[2J\r\nx\u202ey\ud800z"));
    assertThat(new ProgressBar(80).line("a\tb", tracker.progress()))
        .isEqualTo("a b [--------------------]   1 %   [2J  x y z");
  }

  @Test
  void bar_withoutAPercentage_wanders() {
    ProgressBar bar = new ProgressBar(80);
    assertThat(bar.line("x", tracker.progress())).isEqualTo("x [#-------------------] 0:00");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(bar.line("x", tracker.progress())).isEqualTo("x [-----#--------------] 0:01");
    ticker.advance(Duration.ofSeconds(5));
    assertThat(bar.line("x", tracker.progress())).isEqualTo("x [--------#-----------] 0:06");
    ticker.advance(Duration.ofHours(30));
    assertThat(bar.line("x", tracker.progress())).endsWith("] 30:00:06");
  }

  private void everySecond(double... percentages) {
    for (int i = 0; i < percentages.length; i++) {
      ticker.advance(Duration.ofSeconds(i == 0 ? 0 : 1));
      tracker.report(ProgressReport.of(percentages[i]));
    }
  }
}
