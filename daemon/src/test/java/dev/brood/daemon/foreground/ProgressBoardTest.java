package dev.brood.daemon.foreground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.daemon.apps.Host;
import dev.brood.daemon.apps.Planner;
import dev.brood.daemon.config.BroodFile;
import dev.brood.process.Cause;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Stdio;
import dev.brood.workers.supervise.Death;
import dev.brood.workers.supervise.Ending;
import dev.brood.workers.supervise.SupervisorEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose progress is shown. */
class ProgressBoardTest {
  @TempDir Path directory;

  @Test
  void bars_ofTwoRunsOfAnInstance_showTheOneThatIsKnownToRun() throws Exception {
    ProgressBoard board = board("[{script: sh, name: a, progress: percent}]");
    Stdio.Sink tap = board.tap("a").orElseThrow();
    long first = said("90 %", tap);
    assertThat(board.bars(60)).as("no start was told").isEmpty();
    board.follow(started(1, first));
    assertThat(board.bars(60)).singleElement().asString().contains(" 90 %");
    long second = said("10 %", tap);
    assertThat(board.bars(60)).singleElement().asString().contains(" 90 %");
    board.follow(ended(1, first));
    assertThat(board.bars(60)).isEmpty();
    board.follow(started(2, second));
    assertThat(board.bars(60)).singleElement().asString().contains(" 10 %");
  }

  /** The pid of a program that has printed it. */
  private static long said(String text, Stdio.Sink tap) throws InterruptedException {
    return Command.of("echo", text).stdout(tap).run().pid();
  }

  private static SupervisorEvent started(int run, long pid) {
    return new SupervisorEvent.Started("up", "a", run, pid);
  }

  private static SupervisorEvent ended(int run, long pid) {
    Ending ending = new Ending.ProcessEnded(new Exit.Exited(1), Cause.SELF);
    Death death =
        new Death(
            run,
            pid,
            Instant.EPOCH,
            Duration.ofMillis(20),
            ending,
            Optional.empty(),
            Optional.empty(),
            List.of());
    return new SupervisorEvent.Ended("up", "a", death, false);
  }

  private ProgressBoard board(String yaml) throws Exception {
    Path file = Files.writeString(directory.resolve("brood.yaml"), yaml);
    return new ProgressBoard(
        new Planner(new Host(System.getenv(), 2), Optional.empty())
            .plan(BroodFile.read(file, Map.of())));
  }
}
