package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class MarkerTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path directory;

  private Path path() {
    return directory.resolve("done");
  }

  @Test
  void state_beforeAndAfterCompletion_tellsTheBody() throws Exception {
    Marker marker = Marker.of(path());
    assertThat(marker.state()).isEqualTo(new MarkerState.Absent());
    marker.complete(Map.of("rows", 3));
    assertThat(marker.state())
        .isEqualTo(new MarkerState.Complete(Map.of("rows", 3), ProcessHandle.current().pid()));
    marker.complete(null);
    assertThat(marker.state())
        .isEqualTo(new MarkerState.Complete(null, ProcessHandle.current().pid()));
    assertThat(Files.list(directory)).hasSize(1);
    assertThat(Files.readString(path())).endsWith("}\n").contains(marker.run());
    assertThat(marker.remove()).isTrue();
    assertThat(marker.remove()).isFalse();
  }

  @Test
  void state_fileOfAnotherRun_isStale() {
    Marker before = Marker.of(path());
    before.complete("old");
    Marker now = Marker.of(path());
    assertThat(now.run()).isNotEqualTo(before.run());
    assertThat(now.state())
        .isInstanceOfSatisfying(
            MarkerState.Stale.class, stale -> assertThat(stale.reason()).contains(before.run()));
    now.complete("new");
    assertThat(now.state()).isInstanceOf(MarkerState.Complete.class);
  }

  @Test
  void state_fileThatIsNoMarker_isJudgedByItsAge() throws Exception {
    Marker marker = Marker.of(path());
    Files.writeString(path(), "all done\n");
    assertThat(marker.state()).isEqualTo(new MarkerState.Complete("all done", 0));
    Instant before = marker.started().minusSeconds(1);
    Path unused = Files.setLastModifiedTime(path(), FileTime.from(before));
    assertThat(unused).exists();
    assertThat(marker.state())
        .isInstanceOfSatisfying(
            MarkerState.Stale.class, stale -> assertThat(stale.reason()).contains("before"));
    for (String text : List.of("", "{", "[1]", "{\"brood\":\"beat\"}", "null", "{\"brood\":7}")) {
      Files.writeString(path(), text);
      assertThat(marker.state()).isEqualTo(new MarkerState.Complete(text, 0));
    }
    for (String text : List.of("{\"brood\":\"marker\"}", "{\"brood\":\"marker\",\"run\":[1]}")) {
      Files.writeString(path(), text);
      assertThat(marker.state()).isInstanceOf(MarkerState.Stale.class);
    }
  }

  @Test
  void complete_whatCannotBeWritten_isATypedErrorAndLeavesNothing() throws Exception {
    Marker marker = Marker.of(path());
    assertThatThrownBy(() -> marker.complete("x".repeat(Marker.LIMIT_BYTES)))
        .isInstanceOf(MessageTooLargeException.class);
    assertThatThrownBy(() -> Marker.of(directory.resolve("no/done")).complete(1))
        .isInstanceOf(UncheckedIOException.class);
    Files.createDirectories(path().resolve("occupied"));
    assertThatThrownBy(() -> marker.complete(1)).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(marker::state).isInstanceOf(UncheckedIOException.class);
    assertThat(Files.list(directory)).containsExactly(path());
    assertThatThrownBy(() -> Marker.of(Path.of("/"))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Marker(path(), " ", Instant.now()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void await_markerOfAnotherProcess_isSeen() throws Exception {
    Marker marker = Marker.of(path());
    Marker.of(path()).complete("stale");
    try (MarkerWatch watch = marker.watch();
        ForkedChild child =
            Fork.of(ChildJvm.command(UnixProgram.class, "mark")).command(marker::giveTo).spawn()) {
      assertThat(watch.isTold()).isTrue();
      MarkerState.Complete complete = watch.await(LONG).orElseThrow();
      assertThat(complete.body()).isEqualTo("marked by a child");
      assertThat(complete.pid()).isEqualTo(child.pid());
    }
  }

  @Test
  void await_shellScript_writesTheMarkerToo() throws Exception {
    Marker marker = Marker.of(path());
    String line =
        """
        new="$BROOD_MARKER.new"
        printf '{"brood":"marker","run":"%s","body":[1]}\\n' "$BROOD_MARKER_RUN" >"$new" &&
        mv "$new" "$BROOD_MARKER"
        """;
    try (MarkerWatch watch = marker.watch();
        Child child = marker.giveTo(Command.of("sh", "-c", line)).spawn()) {
      assertThat(watch.await(LONG).orElseThrow().body()).isEqualTo(List.of(1));
      assertThat(child.await().success()).isTrue();
    }
  }

  @Test
  void await_nothingHappens_isEmptyAfterItsLimit() throws Exception {
    Marker.of(path()).complete("stale");
    try (MarkerWatch watch = Marker.of(path()).watch()) {
      assertThat(watch.await(SHORT)).isEmpty();
      Files.writeString(directory.resolve("another"), "file");
      assertThat(watch.await(SHORT)).isEmpty();
      assertThat(watch.await(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void await_directoryComesGoesAndComesBack_isSeenInTheEnd() throws Exception {
    Path inner = directory.resolve("inner");
    Marker marker = Marker.of(inner.resolve("done"));
    try (MarkerWatch watch = marker.watch()) {
      assertThat(watch.isTold()).isFalse();
      assertThat(watch.await(SHORT)).isEmpty();
      Files.createDirectory(inner);
      awaitTold(watch, true);
      Files.delete(inner);
      awaitTold(watch, false);
      Files.createDirectory(inner);
      marker.complete(1);
      assertThat(watch.await(LONG)).map(MarkerState.Complete::body).contains(1);
    }
  }

  /** Waits, as a user would, until the kernel tells or does not. */
  private static void awaitTold(MarkerWatch watch, boolean told) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (watch.isTold() != told) {
      assertThat(watch.await(SHORT)).isEmpty();
      assertThat(System.nanoTime() - end).as("in time: told %s", told).isNegative();
    }
  }

  @Test
  void await_instancesAreUsedUp_looksAgainAndAgain() throws Exception {
    List<MarkerWatch> watches = new ArrayList<>();
    try {
      MarkerWatch last = Marker.of(path()).watch();
      watches.add(last);
      while (last.isTold() && watches.size() < 2000) {
        last = Marker.of(path()).watch();
        watches.add(last);
      }
      Marker marker = Marker.of(path());
      try (MarkerWatch watch = marker.watch()) {
        marker.complete("seen");
        assertThat(watch.await(LONG)).map(MarkerState.Complete::body).contains("seen");
      }
    } finally {
      watches.forEach(MarkerWatch::close);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_threadWaits_wakesIt(boolean told) throws Exception {
    Path where = told ? path() : directory.resolve("missing/done");
    MarkerWatch watch = Marker.of(where).watch();
    CountDownLatch started = new CountDownLatch(1);
    Callable<Optional<MarkerState.Complete>> wait =
        () -> {
          started.countDown();
          return watch.await(LONG);
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<MarkerState.Complete>> waiting = threads.submit(wait);
      started.await();
      watch.close();
      watch.close();
      assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(HandleException.class);
    }
    assertThat(watch.isTold()).isFalse();
  }

  @Test
  void complete_manyTimesUnderAReader_isNeverSeenHalf() throws Exception {
    Marker marker = Marker.of(path());
    String body = "x".repeat(30_000);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> writing =
          threads.submit(() -> {
            for (int i = 0; i < 50; i++) {
              marker.complete(body);
            }
          });
      while (!writing.isDone()) {
        switch (marker.state()) {
          case MarkerState.Absent absent -> assertThat(absent).isNotNull();
          case MarkerState.Stale stale -> throw new AssertionError(stale);
          case MarkerState.Complete complete -> assertThat(complete.body()).isEqualTo(body);
        }
      }
      assertThat(writing.get(60, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void fromEnvironment_noneGiven_isEmpty() {
    assertThat(Marker.fromEnvironment()).isEmpty();
    assertThat(Marker.of(path()).environment())
        .containsOnlyKeys(Marker.PATH_VARIABLE, Marker.RUN_VARIABLE);
  }
}
