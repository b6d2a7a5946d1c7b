package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.watch.CheckpointCore.Due;
import dev.brood.workers.watch.CheckpointedResult.Ending;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work that saves itself, and what is kept of it. */
@Timeout(150)
class CheckpointsTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path folder;

  private final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
  private Checkpoints checkpoints = Checkpoints.in(Path.of("/nowhere"));

  @BeforeEach
  void inTheFolder() {
    checkpoints = Checkpoints.in(folder.resolve("work")).lookEvery(Duration.ofMillis(20));
  }

  // The store ------------------------------------------------------------------------------------

  @Test
  void take_ofEachNewFile_keepsTheLastFewAndNoneTwice() throws Exception {
    checkpoints.prepare();
    CheckpointStore store = new CheckpointStore(folder.resolve("work"));
    assertThat(store.take("x", 2)).as("nothing yet").isEmpty();
    for (int i = 1; i <= 4; i++) {
      save("state " + i);
      assertThat(store.take("x", 2)).map(Checkpoint::number).contains((long) i);
      assertThat(store.take("x", 2)).as("the same").isEmpty();
    }
    assertThat(checkpoints.all()).extracting(Checkpoint::number).containsExactly(3L, 4L);
    assertThat(names())
        .containsExactly("3.checkpoint", "3.json", "4.checkpoint", "4.json", "current");
    assertThat(checkpoints.latest().map(CheckpointsTest::text)).contains("state 4");
  }

  @Test
  void latest_whenTheNewestIsDamaged_isTheOneBefore() throws Exception {
    saveAndTake("one");
    Checkpoint second = saveAndTake("two");
    Files.writeString(second.path(), "twO");
    assertThat(checkpoints.latest().map(CheckpointsTest::text)).contains("one");
    Files.writeString(second.path().resolveSibling("2.json"), "{\"num");
    assertThat(checkpoints.all()).extracting(Checkpoint::number).containsExactly(1L);
  }

  @Test
  void prepare_afterTheChildsFileWasLost_restoresTheLatest() throws Exception {
    saveAndTake("one");
    saveAndTake("two");
    Files.writeString(folder.resolve("work/.current.0123"), "half of a che");
    Files.delete(checkpoints.path());
    checkpoints.prepare();
    assertThat(checkpoints.path()).hasContent("two");
    Files.delete(checkpoints.path());
    Files.createFile(checkpoints.path());
    checkpoints.prepare();
    assertThat(checkpoints.path()).hasContent("two");
    assertThat(names()).hasSize(5);
  }

  @Test
  void prepare_afterNobodyKeptWhatWasSaved_keepsIt() throws Exception {
    save("one");
    checkpoints.prepare();
    assertThat(checkpoints.latest().map(CheckpointsTest::text)).contains("one");
    CheckpointedResult result =
        checkpoints.run("stuck", Command.of("sh", "-c", "exit 85"), events::add);
    assertThat(result.ending()).as("not what this run saved").isEqualTo(Ending.NOTHING_SAVED);
  }

  @Test
  void restore_ofAnEarlierOne_isWhatTheChildFindsAndNothingNew() throws Exception {
    Checkpoint first = saveAndTake("one");
    saveAndTake("two");
    checkpoints.restore(first);
    checkpoints.restore(first);
    assertThat(checkpoints.path()).hasContent("one");
    assertThat(new CheckpointStore(folder.resolve("work")).take("x", 2)).isEmpty();
    save("three");
    assertThat(text(first)).as("what is kept is not written to").isEqualTo("one");
  }

  @Test
  void prepare_afterAProcessWasKilledAtAnyPoint_removesWhatItLeft() throws Exception {
    saveAndTake("one");
    List<String> before = names();
    leaveUnfinished();

    checkpoints.prepare();

    assertThat(names()).isEqualTo(before);
  }

  private void leaveUnfinished() throws Exception {
    for (String name : List.of(".fresh", ".current.01", ".7.json.02", "7.checkpoint")) {
      Files.writeString(folder.resolve("work").resolve(name), "unfinished");
    }
  }

  @Test
  void clear_always_leavesNothing() throws Exception {
    checkpoints.clear();
    saveAndTake("one");
    leaveUnfinished();
    checkpoints.clear();
    assertThat(names()).isEmpty();
    assertThat(checkpoints.latest()).isEmpty();
  }

  @Test
  void file_ofAJavaChild_isWholeOrNotThere() throws Exception {
    CheckpointFile file = new CheckpointFile(folder.resolve("current"));
    assertThat(file.load()).isEmpty();
    file.save("one".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() ->
            file.save(out -> {
              out.write(1);
              throw new java.io.IOException("disk full");
            }))
        .hasMessage("disk full");
    assertThat(file.load().map(String::new)).contains("one");
    assertThatThrownBy(() -> file.save(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("current"));
    }
  }

  @Test
  void file_savedByAnInterruptedThread_isThere() throws Exception {
    CheckpointFile file = new CheckpointFile(folder.resolve("current"));
    Thread.currentThread().interrupt();
    file.save(new byte[] {1});
    assertThat(Thread.interrupted()).as("stays set").isTrue();
    assertThat(file.load()).isPresent();
  }

  // What is decided ------------------------------------------------------------------------------

  @Test
  void asking_byTime_isAgainOnlyAfterAnotherInterval() {
    CheckpointCore core = new CheckpointCore(Duration.ofSeconds(10), 0);
    assertThat(core.tick(9 * SECOND)).isEqualTo(Due.NOTHING);
    assertThat(core.tick(10 * SECOND)).isEqualTo(Due.ASK);
    assertThat(core.tick(11 * SECOND)).isEqualTo(Due.NOTHING);
    core.taken(12 * SECOND);
    assertThat(core.tick(21 * SECOND)).isEqualTo(Due.NOTHING);
    assertThat(core.tick(22 * SECOND)).isEqualTo(Due.ASK);
    core.asked();
    assertThat(core.tick(31 * SECOND)).isEqualTo(Due.NOTHING);
    assertThat(core.tick(32 * SECOND)).isEqualTo(Due.ASK_AGAIN);
    assertThat(core.age(33 * SECOND)).isEqualTo(Duration.ofSeconds(21));
    assertThat(core.count()).isEqualTo(1);
    assertThat(new CheckpointCore(null, 0).tick(Long.MAX_VALUE)).isEqualTo(Due.NOTHING);
  }

  @Test
  void asking_thatDidNotReachTheChild_isNotMissed() {
    CheckpointCore core = new CheckpointCore(Duration.ofSeconds(10), 0);
    assertThat(core.tick(10 * SECOND)).isEqualTo(Due.ASK);
    assertThat(core.tick(19 * SECOND)).isEqualTo(Due.NOTHING);
    assertThat(core.tick(20 * SECOND)).isEqualTo(Due.ASK);
  }

  @Test
  void every_withoutAWayToAsk_isRefused() throws Exception {
    Checkpoints asking = checkpoints.every(Duration.ofSeconds(1));
    try (Child child = Command.of("sleep", "60").spawn();
        RunningCheckpoints running = checkpoints.watch("work", child, events::add)) {
      assertThatThrownBy(() -> asking.watch("work", child, events::add))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("askBy");
      assertThatThrownBy(running::ask).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> asking.run("work", Command.of("true"), events::add))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void ending_withTheReservedCode_isAnotherRunOnlyIfSomethingWasSaved() {
    Checkpoints twice = checkpoints.mostRuns(2);
    Exit again = new Exit.Exited(85);
    assertThat(twice.ending(again, 1, 1)).isEmpty();
    assertThat(twice.ending(again, 0, 1)).contains(Ending.NOTHING_SAVED);
    assertThat(twice.ending(again, 1, 2)).contains(Ending.TOO_OFTEN);
    assertThat(twice.ending(new Exit.Exited(0), 0, 1)).contains(Ending.DONE);
    assertThat(twice.exitCode(7).ending(again, 1, 1)).contains(Ending.DONE);
    assertThat(twice.ending(new Exit.Signaled(Signal.of(9), false), 1, 1)).contains(Ending.DONE);
  }

  // Real children --------------------------------------------------------------------------------

  @Test
  void run_ofAShellThatSavesAndAsksForMore_goesOnToItsEnd() throws Exception {
    String script =
        """
        n=$(cat "$BROOD_CHECKPOINT" 2>/dev/null || echo 0)
        n=$((n+1))
        [ $n -eq 4 ] && exit 0
        echo $n > "$BROOD_CHECKPOINT.new"
        mv "$BROOD_CHECKPOINT.new" "$BROOD_CHECKPOINT"
        exit 85
        """;
    CheckpointedResult result =
        checkpoints.run("count", Command.of("sh", "-c", script), events::add);
    assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
    assertThat(result.ending()).isEqualTo(Ending.DONE);
    assertThat(result.runs()).isEqualTo(4);
    assertThat(result.last().map(CheckpointsTest::text)).contains("3\n");
    for (long number = 1; number <= 3; number++) {
      assertThat(next(CheckpointEvent.Taken.class).checkpoint().number()).isEqualTo(number);
    }
    assertThat(events).isEmpty();
  }

  @Test
  void run_thatNeverSaves_isNotRunForEver() throws Exception {
    CheckpointedResult result =
        checkpoints.run("stuck", Command.of("sh", "-c", "exit 85"), events::add);
    assertThat(result.ending()).isEqualTo(Ending.NOTHING_SAVED);
    assertThat(result.runs()).isEqualTo(1);
    assertThat(result.last()).isEqualTo(Optional.empty());
  }

  @Test
  void python_askedBySignal_savesAndIsTakenAfterItWasKilled() throws Exception {
    String script =
        """
        import os, signal
        path = os.environ['BROOD_CHECKPOINT']
        def save(number, frame):
            with open(path + '.new', 'w') as f: f.write('saved by python')
            os.rename(path + '.new', path)
        signal.signal(signal.SIGUSR1, save)
        print('up', flush=True)
        while True: signal.pause()
        """;
    checkpoints.prepare();
    Command command = checkpoints.giveTo(Command.of("python3", "-c", script));
    try (Child child = command.spawn();
        RunningCheckpoints running =
            checkpoints.askBy(Signal.USR1).watch("python", child, events::add)) {
      assertThat(child.stdout().readLine()).isEqualTo("up");
      running.ask();
      assertThat(next(CheckpointEvent.Asked.class).pid()).isEqualTo(child.pid());
      CheckpointEvent.Taken taken = next(CheckpointEvent.Taken.class);
      assertThat(text(taken.checkpoint())).isEqualTo("saved by python");
      assertThat(taken.checkpoint().name()).isEqualTo("python");
      child.kill();
    }
    assertThat(checkpoints.latest().map(CheckpointsTest::text)).contains("saved by python");
  }

  @Test
  void node_askedOverItsChannel_savesAtTheIntervalAndIsMissedWhenItDoesNot() throws Exception {
    String script =
        """
        const fs = require('fs');
        const path = process.env.BROOD_CHECKPOINT;
        let saved = false;
        process.on('message', (m) => {
          if (m.brood !== 'checkpoint' || saved) return;
          saved = true;
          fs.writeFileSync(path + '.new', 'saved by node');
          fs.renameSync(path + '.new', path);
          process.send({ brood: 'checkpoint' });
        });
        """;
    checkpoints.prepare();
    Fork fork = Fork.of(checkpoints.giveTo(Command.of("node", "-e", script)));
    try (ForkedChild child = fork.spawn();
        RunningCheckpoints running =
            checkpoints
                .every(Duration.ofSeconds(1))
                .watch("node", child.child(), child.channel(), events::add)) {
      Checkpoint taken = null;
      boolean missed = false;
      while (taken == null || !missed) {
        WatchEvent event = events.poll(60, TimeUnit.SECONDS);
        if (event instanceof CheckpointEvent.Taken(var name, var pid, var checkpoint)) {
          assertThat(name).isEqualTo("node");
          assertThat(pid).isEqualTo(child.pid());
          taken = checkpoint;
          missed = false;
        }
        missed |= event instanceof CheckpointEvent.Missed;
        assertThat(event).isNotNull();
      }
      assertThat(text(taken)).isEqualTo("saved by node");
      assertThat(running.count()).isEqualTo(1);
    }
  }

  @Test
  void javaChild_killedWhileItSaves_goesOnFromAWholeCheckpoint() throws Exception {
    Fork fork = Fork.java(Counter.class).command(checkpoints::giveTo);
    long before = 0;
    for (int run = 0; run < 3; run++) {
      checkpoints.prepare();
      try (ForkedChild child = fork.spawn();
          RunningCheckpoints _ =
              checkpoints.watch("counter", child.child(), child.channel(), events::add)) {
        assertThat(next(CheckpointEvent.Taken.class)).isNotNull();
        assertThat(next(CheckpointEvent.Taken.class)).isNotNull();
        child.child().kill();
      }
      events.clear();
      long now = Long.parseLong(text(checkpoints.latest().orElseThrow()).substring(0, 10));
      assertThat(now).isGreaterThan(before);
      assertThat(Files.size(checkpoints.path())).isEqualTo(100_000);
      before = now;
    }
  }

  /** Saves a growing number, as long as it lives. */
  static final class Counter {
    private Counter() {}

    public static void main(String[] arguments) throws Exception {
      CheckpointFile file = CheckpointFile.fromEnvironment().orElseThrow();
      long count =
          file.load()
              .map(b -> Long.parseLong(new String(b, 0, 10, StandardCharsets.UTF_8)))
              .orElse(0L);
      for (int i = 0; i < 100_000; i++) {
        count++;
        String text = "%010d".formatted(count) + "x".repeat(99_990);
        file.save(text.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private Checkpoint saveAndTake(String text) throws Exception {
    save(text);
    return new CheckpointStore(folder.resolve("work")).take("x", 2).orElseThrow();
  }

  private void save(String text) throws Exception {
    checkpoints.prepare();
    Path fresh = folder.resolve("work/fresh");
    Files.writeString(fresh, text);
    Files.move(fresh, checkpoints.path(), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("work"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (java.nio.file.NoSuchFileException e) {
      return List.of();
    }
  }

  private static String text(Checkpoint checkpoint) {
    try {
      return Files.readString(checkpoint.path());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private <T extends WatchEvent> T next(Class<T> kind) throws InterruptedException {
    WatchEvent event = events.poll(60, TimeUnit.SECONDS);
    assertThat(event).isInstanceOf(kind);
    return kind.cast(event);
  }
}
