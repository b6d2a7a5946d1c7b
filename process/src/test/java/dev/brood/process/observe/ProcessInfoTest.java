package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Reading canned files; {@link ProcessInfoProcessTest} reads real ones. */
@ExtendWith(Census.Extension.class)
class ProcessInfoTest {
  private CannedProc proc;

  @BeforeEach
  void createProc(@TempDir Path directory) throws IOException {
    proc = new CannedProc(directory);
  }

  private ProcessInfo info(long pid) {
    return proc.reader().info(pid).orElseThrow();
  }

  @Test
  void info_allFilesThere_usesTheUnitsOfThisKernel() throws IOException {
    proc.process(5, 1, "prog", "prog\0-x\0");
    proc.write("5/io", "rchar: 1\nwchar: 2\nsyscr: 9\nread_bytes: 3\nwrite_bytes: 4\n");
    proc.write("5/fd/0", "");
    proc.write("5/fd/1", "");

    assertThat(info(5))
        .isEqualTo(
            new ProcessInfo(
                5,
                1001,
                1,
                8,
                9,
                "prog",
                List.of("prog", "-x"),
                ProcessState.SLEEPING,
                Instant.ofEpochSecond(CannedProc.BOOT).plusMillis(4004),
                1000,
                "ann",
                Duration.ofSeconds(2),
                Duration.ofMillis(500),
                10L * CannedProc.PAGE_BYTES,
                1_048_576,
                3,
                OptionalInt.of(2),
                Optional.of(new ProcessInfo.Io(1, 2, 3, 4)),
                123));
  }

  @Test
  void info_privateFilesMissing_leavesThemEmpty() throws IOException {
    proc.process(5, 1, "prog", "prog\0");

    assertThat(info(5).descriptors()).isEmpty();
    assertThat(info(5).io()).isEmpty();
    assertThat(proc.reader().memoryShare(5)).isEmpty();
  }

  @Test
  void info_vanishesAtAnyStage_isEmpty() throws IOException {
    assertThat(proc.reader().info(5)).isEmpty();
    proc.stat(5, 1, "prog");
    assertThat(proc.reader().info(5)).isEmpty();
    proc.write("5/cmdline", "prog\0");
    assertThat(proc.reader().info(5)).isEmpty();
    proc.process(5, 1, "prog", "prog\0");
    assertThat(proc.reader().info(5)).isPresent();
  }

  @Test
  void info_truncatedStat_isEmpty() throws IOException {
    proc.process(5, 1, "prog", "prog\0");
    proc.write("5/stat", "5 (prog) S 1");

    assertThat(proc.reader().info(5)).isEmpty();
  }

  @Test
  void arguments_emptyOnesAndLineFeeds_areKept() throws IOException {
    proc.process(5, 1, "prog", "prog\0\0a b\nc\0ü\0\0");

    assertThat(info(5).arguments()).containsExactly("prog", "", "a b\nc", "ü", "");
  }

  @Test
  void arguments_overwrittenWithoutFinalNul_areOneText() throws IOException {
    proc.process(5, 1, "nginx", "nginx: worker process");

    assertThat(info(5).arguments()).containsExactly("nginx: worker process");
  }

  @Test
  void arguments_kernelThread_areEmptyAndTheNameStands() throws IOException {
    proc.process(5, 2, "kworker/0:1-eve", "");

    assertThat(info(5).arguments()).isEmpty();
    assertThat(info(5).name()).isEqualTo("kworker/0:1-eve");
  }

  @Test
  void name_cutByTheKernel_isMadeWholeFromTheArguments() throws IOException {
    proc.process(5, 1, "a-very-long-nam", "/usr/bin/a-very-long-name\0");
    proc.process(6, 1, "a-very-long-nam", "other\0");
    proc.process(7, 1, "py", "python3\0");

    assertThat(info(5).name()).isEqualTo("a-very-long-name");
    assertThat(info(6).name()).isEqualTo("a-very-long-nam");
    assertThat(info(7).name()).isEqualTo("py");
  }

  @Test
  void user_notInPasswd_isTheNumberUntilThatChanges() throws IOException {
    ProcReader reader = proc.reader();
    proc.process(5, 1, "prog", "prog\0");
    proc.write("5/status", "Uid:\t7\t7\t7\t7\n");
    assertThat(reader.info(5).orElseThrow().user()).isEqualTo("7");

    Files.writeString(proc.passwd(), "broken\nseven:x:7:7::/:/bin/sh\n");
    Files.setLastModifiedTime(proc.passwd(), FileTime.from(Instant.now().plusSeconds(5)));

    assertThat(reader.info(5).orElseThrow().user()).isEqualTo("seven");
  }

  @Test
  void user_noPasswdAtAll_isTheNumber() throws IOException {
    Files.delete(proc.passwd());
    proc.process(5, 1, "prog", "prog\0");

    assertThat(info(5).user()).isEqualTo("1000");
  }

  @Test
  void all_strangeEntriesInRoot_areSkippedAndTheRestIsSorted() throws IOException {
    proc.process(10, 1, "b", "b\0");
    proc.process(9, 1, "a", "a\0");
    proc.stat(11, 1, "vanishing");

    assertThat(proc.reader().all()).extracting(ProcessInfo::pid).containsExactly(9L, 10L);
    assertThat(proc.reader().children(1)).extracting(ProcessInfo::pid).containsExactly(9L, 10L);
    assertThat(proc.reader().children(9)).isEmpty();
  }

  @Test
  void memoryShare_rollup_isInBytes() throws IOException {
    proc.write(
        "5/smaps_rollup",
        """
        00400000-7fff000 ---p 00000000 00:00 0    [rollup]
        Rss:                 100 kB
        Pss:                  60 kB
        Pss_Dirty:            10 kB
        Private_Clean:        20 kB
        Private_Dirty:        30 kB
        Swap:                  5 kB
        SwapPss:               4 kB
        """);

    assertThat(proc.reader().memoryShare(5))
        .hasValue(new MemoryShare(100 * 1024, 60 * 1024, 50 * 1024, 5 * 1024));
  }

  @Test
  void state_everyLetterOfTheManual_isKnown() {
    for (ProcessState state : ProcessState.values()) {
      assertThat(ProcessState.of(state.letter())).isEqualTo(state);
    }
    assertThat(ProcessState.of('W')).isEqualTo(ProcessState.OTHER);
  }

  static ProcessInfo sample(long pid, long startTicks, long cpuMillis, long takenMillis) {
    return new ProcessInfo(
        pid,
        startTicks,
        1,
        1,
        1,
        "prog",
        List.of(),
        ProcessState.RUNNING,
        Instant.EPOCH,
        0,
        "root",
        Duration.ofMillis(cpuMillis),
        Duration.ZERO,
        0,
        0,
        1,
        OptionalInt.empty(),
        Optional.empty(),
        Duration.ofMillis(takenMillis).toNanos());
  }

  @Test
  void cpuPercentSince_twoCoresForHalfTheTime_is100() {
    ProcessInfo earlier = sample(5, 1, 1000, 0);

    assertThat(sample(5, 1, 3000, 2000).cpuPercentSince(earlier)).isCloseTo(100, within(1e-9));
    assertThat(sample(5, 1, 1000, 2000).cpuPercentSince(earlier)).isZero();
    assertThat(sample(5, 1, 1000, 0).cpuPercentSince(earlier)).isZero();
  }

  @Test
  void cpuPercentSince_pidUsedAgain_isRefused() {
    ProcessInfo earlier = sample(5, 1, 1000, 0);

    assertThatThrownBy(() -> sample(5, 2, 2000, 1000).cpuPercentSince(earlier))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not the same process: 5 started at tick 2, 5 at 1");
  }

  @Test
  void cpuMeter_askedAgainAndAgain_measuresFromTheLastTime() {
    List<ProcessInfo> readings =
        List.of(sample(5, 1, 0, 0), sample(5, 1, 500, 1000), sample(5, 1, 2500, 2000));
    var next = readings.iterator();
    CpuMeter meter = new CpuMeter(5, pid -> Optional.of(next.next()));

    assertThat(meter.percent()).hasValue(50);
    assertThat(meter.percent()).hasValue(200);
  }

  @Test
  void cpuMeter_pidUsedAgain_isEmptyForEver() {
    List<ProcessInfo> readings =
        List.of(sample(5, 1, 0, 0), sample(5, 2, 500, 1000), sample(5, 2, 600, 2000));
    var next = readings.iterator();
    CpuMeter meter = new CpuMeter(5, pid -> Optional.of(next.next()));

    assertThat(meter.percent()).isEmpty();
    assertThat(meter.percent()).isEmpty();
  }
}
