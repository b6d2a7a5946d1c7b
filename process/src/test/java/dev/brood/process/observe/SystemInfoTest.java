package dev.brood.process.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
class SystemInfoTest {
  private CannedProc proc;

  @BeforeEach
  void createProc(@TempDir Path directory) throws IOException {
    proc = new CannedProc(directory);
  }

  @Test
  void system_cannedFiles_areRead() throws IOException {
    proc.write(
        "meminfo",
        "MemTotal: 8 kB\nMemFree: 1 kB\nMemAvailable: 4 kB\nSwapTotal: 3 kB\nSwapFree: 2 kB\n");
    proc.write("loadavg", "0.50 1.25 10.00 2/345 6789\n");

    assertThat(proc.reader().system())
        .isEqualTo(
            new SystemInfo(
                8192,
                4096,
                3072,
                2048,
                0.5,
                1.25,
                10,
                3,
                Duration.ofMillis(1_000_250),
                Instant.ofEpochSecond(CannedProc.BOOT)));
  }

  @Test
  void system_filesMissing_isAnError() {
    assertThatThrownBy(() -> proc.reader().system())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("meminfo");
  }

  @Test
  void load_cannedFiles_areRead() throws IOException {
    proc.write("meminfo", "MemTotal: 8 kB\nMemAvailable: 4 kB\n");
    proc.write("loadavg", "0.50 1.25 10.00 2/345 6789\n");
    proc.write("stat", "cpu  10 20 30 400 100 1 2 3 99 99\ncpu0 1 2 3\n");
    proc.write("sys/kernel/pid_max", "32768\n");
    proc.write("sys/kernel/threads-max", "1000\n");
    proc.write("self/limits", "Limit   Soft Limit\nMax open files    1024    4096   files\n");
    proc.write("self/fd/0", "");

    assertThat(proc.reader().load())
        .isEqualTo(
            new SystemLoad(
                8192,
                4096,
                Duration.ofMillis(66 * 4),
                Duration.ofMillis(500 * 4),
                345,
                1000,
                1,
                1024));
  }

  @Test
  void load_limitsMissing_areNone() throws IOException {
    proc.write("meminfo", "MemTotal: 8 kB\nMemAvailable: 4 kB\n");
    proc.write("loadavg", "0.50 1.25 10.00 2/345 6789\n");

    SystemLoad load = proc.reader().load();

    assertThat(load.taskLimit()).isEqualTo(Long.MAX_VALUE);
    assertThat(load.descriptorLimit()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void busyPercentSince_twoReadings_isTheShareBetweenThem() {
    SystemLoad before =
        new SystemLoad(1, 1, Duration.ofSeconds(5), Duration.ofSeconds(10), 1, 1, 1, 1);
    SystemLoad after =
        new SystemLoad(1, 1, Duration.ofSeconds(8), Duration.ofSeconds(11), 1, 1, 1, 1);

    assertThat(after.busyPercentSince(before)).isEqualTo(75);
    assertThat(after.busyPercentSince(after)).isZero();
    assertThat(SystemLoad.read().busyPercentSince(SystemLoad.read())).isBetween(0.0, 100.0);
  }

  @Test
  void bootInstant_sourcesAgree_isTheFinerOne() {
    Instant fine = Instant.ofEpochSecond(CannedProc.BOOT).plusMillis(750);

    InstantSource clock = InstantSource.fixed(fine.plusMillis(1_000_250));
    assertThat(BootFacts.bootInstant(proc.root.toString(), clock)).isEqualTo(fine);
  }

  @Test
  void bootInstant_pauseDuringTheReading_isThatOfAnotherReading() {
    Instant fine = Instant.ofEpochSecond(CannedProc.BOOT).plusMillis(750);
    Instant now = fine.plusMillis(1_000_250);
    // Before and after two readings, each look somewhat late, and the canned uptime stands still.
    Iterator<Instant> clock =
        List.of(now.minusMillis(800), now.plusMillis(20), now, now.plusMillis(1)).iterator();

    assertThat(BootFacts.bootInstant(proc.root.toString(), clock::next)).isEqualTo(fine);
  }

  @Test
  void bootInstant_alwaysPauses_isThatOfTheShortest() {
    Instant fine = Instant.ofEpochSecond(CannedProc.BOOT).plusMillis(750);
    Instant now = fine.plusMillis(1_000_250);
    AtomicInteger looks = new AtomicInteger();
    // The third reading takes 10 ms, each other one a second.
    InstantSource clock =
        () -> {
          int look = looks.getAndIncrement();
          return look % 2 == 0 ? now : now.plusMillis(look == 5 ? 10 : 1000);
        };

    assertThat(BootFacts.bootInstant(proc.root.toString(), clock)).isEqualTo(fine);
    assertThat(looks.get()).as("bounded").isLessThan(100);
  }

  @Test
  void bootInstant_sourcesDisagree_isThatOfTheKernel() {
    InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(CannedProc.BOOT + 5000));

    assertThat(BootFacts.bootInstant(proc.root.toString(), clock))
        .isEqualTo(Instant.ofEpochSecond(CannedProc.BOOT));
  }

  @Test
  void read_thisMachine_isPlausible() {
    SystemInfo info = SystemInfo.read();

    assertThat(info.memoryAvailableBytes()).isBetween(1L << 20, info.memoryTotalBytes());
    assertThat(info.cpus()).isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(info.uptime()).isPositive();
    assertThat(info.bootedAt()).isBefore(ProcessInfo.self().startedAt());
    assertThat(info.load1()).isNotNegative();
  }

  @Test
  void constants_noVector_areThoseOfMostMachines() throws IOException {
    Files.delete(proc.root.resolve("self/auxv"));

    assertThat(KernelConstants.read(proc.root.toString()))
        .isEqualTo(new KernelConstants(100, 4096));
  }

  @Test
  void constants_thisMachine_areReadFromTheVector() {
    KernelConstants constants = KernelConstants.read("/proc");

    assertThat(constants.ticksPerSecond()).isEqualTo(100);
    assertThat(constants.pageBytes()).isIn(4096L, 16_384L, 65_536L);
  }

  @Test
  void pressure_bothLines_areRead() throws IOException {
    proc.write(
        "pressure/memory",
        """
        some avg10=1.50 avg60=2.25 avg300=3.00 total=4000001
        full avg10=0.50 avg60=0.25 avg300=0.00 total=7
        """);

    Pressure pressure = proc.reader().pressure(Pressure.Resource.MEMORY).orElseThrow();

    assertThat(pressure.some())
        .isEqualTo(new Pressure.Stall(1.5, 2.25, 3, Duration.ofNanos(4_000_001_000L)));
    assertThat(pressure.full()).hasValue(new Pressure.Stall(0.5, 0.25, 0, Duration.ofNanos(7000)));
  }

  @Test
  void pressure_oldKernelWithoutFullForCpu_hasSomeOnly() throws IOException {
    proc.write("pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");

    assertThat(proc.reader().pressure(Pressure.Resource.CPU).orElseThrow().full()).isEmpty();
  }

  @Test
  void pressure_kernelWithoutIt_isEmpty() throws IOException {
    assertThat(proc.reader().pressure(Pressure.Resource.IO)).isEmpty();
    proc.write("pressure/io", "");
    assertThat(proc.reader().pressure(Pressure.Resource.IO)).isEmpty();
  }

  @Test
  void pressure_thisMachine_isThereIfTheKernelHasIt() {
    for (Pressure.Resource resource : Pressure.Resource.values()) {
      Path file = Path.of("/proc/pressure", resource.fileName());
      Pressure.of(resource)
          .ifPresentOrElse(
              pressure -> assertThat(pressure.some().average10()).isBetween(0.0, 100.0),
              () -> assertThat(Files.isReadable(file) && readable(file)).isFalse());
    }
  }

  private static boolean readable(Path file) {
    try {
      return !Files.readString(file).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
