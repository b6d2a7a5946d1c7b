package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.testkit.Census;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.watch.ResourceEvent.Acted;
import dev.brood.workers.watch.ResourceEvent.Ended;
import dev.brood.workers.watch.ResourceEvent.LevelChanged;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measuring real processes. */
@ExtendWith(Census.Extension.class)
class ResourcesProcessTest {
  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final int MIB = 1 << 20;

  private final List<WatchEvent> events = new CopyOnWriteArrayList<>();
  private final Resources resources = Resources.every(OFTEN).onEvent(events::add);

  private static Child shell(String script) {
    return Command.of("sh", "-c", script).spawn();
  }

  private <E extends ResourceEvent> List<E> told(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void watch_busyTree_isMeasuredWhole() {
    try (RunningResources running = resources.proportionalEvery(OFTEN).start();
        Child child = shell("sleep 60 & while :; do echo x > /dev/null; done")) {
      WatchedChild watched = running.watch(child);

      Until.holds(() ->
          watched
              .latest()
              .filter(sample -> sample.processes() == 2)
              .filter(sample -> sample.cpuPercent() > 1)
              .filter(sample -> sample.residentBytes() > MIB / 2)
              .filter(sample -> sample.proportionalBytes().orElse(0) > 0)
              .filter(sample -> sample.descriptors().orElse(0) >= 6)
              .filter(sample -> sample.writtenBytesPerSecond().orElse(0) > 0)
              .isPresent());
      assertThat(watched.peak(Figure.PROCESSES).orElseThrow()).isGreaterThanOrEqualTo(2);
      assertThat(watched.latest().orElseThrow().pid()).isEqualTo(child.pid());
      assertThat(running.children()).containsExactly(watched);
      assertThat(running.lastPass()).isPositive();
    }
  }

  @Test
  void watch_shortLivedDescendants_countWithTheirCpuTime() {
    try (RunningResources running = resources.start();
        Child child =
            shell("while :; do sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done'; done")) {
      WatchedChild watched = running.watch(child);

      Until.holds(() -> watched.peak(Figure.CPU_PERCENT).orElse(0) >= 20);
    }
  }

  @Test
  void threshold_critical_signalsOnceAndTells() throws Exception {
    try (RunningResources running = resources.start();
        Child child =
            Command.of("sh", "-c", "trap 'echo saved' USR1; echo up; while :; do sleep 0.05; done")
                .stdout(Stdio.pipe())
                .spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("up");
      WatchedChild watched =
          running.watch(child, Threshold.of(Figure.RESIDENT_BYTES, 1).signal(Signal.USR1));

      assertThat(child.stdout().readLine()).isEqualTo("saved");
      Until.holds(() -> told(Acted.class).size() == 1);
      assertThat(told(Acted.class).getFirst().failure()).isEmpty();
      assertThat(watched.level(Figure.RESIDENT_BYTES)).isEqualTo(Level.CRITICAL);
      assertThat(watched.level(Figure.THREADS)).isEqualTo(Level.NORMAL);
      LevelChanged changed = told(LevelChanged.class).getFirst();
      assertThat(changed.before()).isEqualTo(Level.NORMAL);
      assertThat(changed.value()).isEqualTo(changed.sample().residentBytes());
      Optional<Sample> seen = watched.latest();
      Until.holds(() -> !watched.latest().equals(seen));
      assertThat(told(Acted.class)).hasSize(1);
    }
  }

  @Test
  void threshold_memoryGrows_passesSoftThenStopsTheTree() throws Exception {
    String grow =
        """
        import sys
        kept = []
        for line in sys.stdin:
            kept.append(bytearray(int(line)))
            print(len(kept), flush=True)
        """;
    try (RunningResources running = resources.start();
        Child child =
            Command.of("python3", "-c", grow).stdin(Stdio.pipe()).stdout(Stdio.pipe()).spawn()) {
      WatchedChild watched =
          running.watch(
              child,
              Threshold.of(Figure.RESIDENT_BYTES, 60 * MIB, 200 * MIB).stop(Duration.ofSeconds(5)));
      child.stdin().println(Integer.toString(80 * MIB));
      assertThat(child.stdout().readLine()).isEqualTo("1");
      Until.holds(() -> watched.level(Figure.RESIDENT_BYTES) == Level.SOFT);
      assertThat(child.isAlive()).isTrue();
      child.stdin().println(Integer.toString(160 * MIB));

      assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.TERM, false));
      Until.holds(() -> told(Ended.class).size() == 1 && told(Acted.class).size() == 1);
      assertThat(told(LevelChanged.class))
          .extracting(LevelChanged::now)
          .containsExactly(Level.SOFT, Level.CRITICAL);
      assertThat(watched.isClosed()).isTrue();
      assertThat(running.children()).isEmpty();
      assertThat(watched.peak(Figure.RESIDENT_BYTES).orElseThrow()).isGreaterThan(200.0 * MIB);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void threshold_ofASupervisedChild_hasItStartedAgain(boolean byStop) {
    Supervisor plan = Supervisor.of(Strategy.ONE_FOR_ONE).child("job", Command.of("sleep", "1000"));
    try (RunningResources running = resources.start();
        RunningSupervisor supervisor = plan.start()) {
      Until.holds(() -> supervisor.process("job").isPresent());
      Child first = supervisor.process("job").orElseThrow();
      Threshold memory = Threshold.of(Figure.RESIDENT_BYTES, 1);
      WatchedChild watched =
          running.watch(
              "job",
              first,
              byStop
                  ? memory.stop(Duration.ofSeconds(5))
                  : memory.run(critical -> supervisor.restartChild(critical.name())));

      Until.holds(
          () -> supervisor.process("job").filter(now -> now.pid() != first.pid()).isPresent());
      Until.holds(() -> watched.isClosed() && told(Acted.class).size() == 1);
      assertThat(told(Acted.class).getFirst().failure()).isEmpty();
      assertThat(told(Acted.class).getFirst().name()).isEqualTo("job");
    }
  }

  @Test
  void threshold_codeThatFails_isToldAndMeasuringGoesOn() {
    AtomicReference<WatchedChild> given = new AtomicReference<>();
    try (RunningResources running = resources.start();
        Child child = shell("sleep 60")) {
      WatchedChild watched =
          running.watch(
              child,
              Threshold.of(Figure.PROCESSES, 1)
                  .run(it -> {
                    given.set(it);
                    throw new IllegalStateException("no");
                  }));

      Until.holds(() -> told(Acted.class).size() == 1);
      assertThat(told(Acted.class).getFirst().failure().orElseThrow()).contains("no");
      assertThat(given).hasValue(watched);
      Optional<Sample> seen = watched.latest();
      Until.holds(() -> !watched.latest().equals(seen));
    }
  }

  @Test
  void watch_proportionalThreshold_isMeasuredForThatChildOnly() {
    try (RunningResources running = resources.start();
        Child one = shell("sleep 60");
        Child other = shell("sleep 60")) {
      WatchedChild without = running.watch(other);
      WatchedChild with = running.watch(one, Threshold.of(Figure.PROPORTIONAL_BYTES, 1));

      Until.holds(() -> with.level(Figure.PROPORTIONAL_BYTES) == Level.CRITICAL);
      assertThat(without.peak(Figure.PROPORTIONAL_BYTES)).isEmpty();
    }
  }

  @Test
  @SuppressWarnings("try") // closed early on purpose
  void watch_severalWithoutEnd_areBounded() {
    try (RunningResources running = resources.mostChildren(1).start();
        Child child = shell("sleep 60")) {
      WatchedChild first = running.watch(child);
      assertThatThrownBy(() -> running.watch(child)).isInstanceOf(IllegalStateException.class);
      first.close();
      first.close();
      WatchedChild second = running.watch(child);
      running.close();
      running.close();
      assertThat(second.isClosed()).isTrue();
      assertThat(child.isAlive()).isTrue();
      assertThatThrownBy(() -> running.watch(child)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(told(Ended.class)).hasSize(2);
  }

  @Test
  void every_beyondAnyClock_measuresOnce() {
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    try (RunningResources running =
            Resources.every(ages).proportionalEvery(ages).onEvent(events::add).start();
        Child child = shell("sleep 60")) {
      WatchedChild watched = running.watch(child);

      Until.holds(() -> watched.latest().isPresent());
    }
    assertThat(events).singleElement().isInstanceOf(Ended.class);
  }

  @Test
  void watch_childThatHasEnded_isClosedAtOnce() throws Exception {
    try (RunningResources running = resources.start();
        Child child = shell("exit 3")) {
      assertThat(child.await()).isEqualTo(new Exit.Exited(3));
      WatchedChild watched = running.watch(child);

      Until.holds(watched::isClosed);
      assertThat(watched.latest()).isEmpty();
    }
  }
}
