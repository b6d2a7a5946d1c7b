package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Progress that is told in a file, which may be appended to or replaced. */
@Timeout(120)
class ProgressFileTest {
  private final BlockingQueue<ProgressReport> reports = new LinkedBlockingQueue<>();

  @Test
  void file_thatAppearsAndGrows_isFollowedByItsLastWholeLine(@TempDir Path folder)
      throws Exception {
    Path path = folder.resolve("progress");
    try (ProgressFile _ = follow(path)) {
      Files.writeString(path, "starting\n10%\n");
      assertThat(next()).isEqualTo(ProgressReport.of(10));
      Files.writeString(path, "x".repeat(50_000) + "\n20%\n\n30", StandardOpenOption.APPEND);
      assertThat(next()).isEqualTo(ProgressReport.of(20));
      Files.writeString(path, "%\n", StandardOpenOption.APPEND);
      assertThat(next()).isEqualTo(ProgressReport.of(30));
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void file_thatIsReplacedOrRemoved_isFollowedOn(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("progress");
    try (ProgressFile _ = ProgressFile.follow(path, reports::add)) {
      replace(path, "{\"percent\":10,\"phase\":\"load\"}");
      assertThat(next()).isEqualTo(ProgressReport.of(10).phase("load"));
      Files.delete(path);
      replace(path, "{\"percent\":20,\"phase\":\"load\"}\n");
      assertThat(next()).isEqualTo(ProgressReport.of(20).phase("load"));
      replace(path, "no object");
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void close_always_looksOnceMore(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("progress");
    ProgressFile file =
        ProgressFile.follow(path, ProgressPattern.PERCENT, Duration.ofDays(1), reports::add);
    Files.writeString(path, "100%\n");
    file.close();
    assertThat(reports).containsExactly(ProgressReport.of(100));
    file.close();
  }

  @Test
  void file_thatIsANamedPipe_isNotWaitedFor(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("progress");
    Command.of("mkfifo", path.toString()).run();
    try (ProgressFile _ = follow(path)) {
      Files.delete(path);
      replace(path, "10%");
      assertThat(next()).isEqualTo(ProgressReport.of(10));
    }
  }

  private ProgressFile follow(Path path) {
    return ProgressFile.follow(path, ProgressPattern.PERCENT, Duration.ofMillis(5), reports::add);
  }

  private ProgressReport next() throws InterruptedException {
    ProgressReport report = reports.poll(60, TimeUnit.SECONDS);
    assertThat(report).isNotNull();
    return report;
  }

  private static void replace(Path path, String text) throws Exception {
    Path fresh = path.resolveSibling("fresh");
    Files.writeString(fresh, text);
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
  }
}
