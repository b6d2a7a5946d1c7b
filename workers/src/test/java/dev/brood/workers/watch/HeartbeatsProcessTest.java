package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTable;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real children that speak, fall silent, go on, or hang. */
@Timeout(150)
class HeartbeatsProcessTest {
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration NEVER = Duration.ofHours(1);

  private final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();

  @Test
  void silentChild_withNothingElse_isToldOnceAndLeftAlone() throws Exception {
    try (RunningHeartbeats beats = Heartbeats.after(SHORT).start(events::add);
        Child child = Command.of("sleep", "60").spawn()) {
      Pulse unused = beats.pulse("sleeper").watch(child);
      HeartbeatEvent.Stalled stalled = next(HeartbeatEvent.Stalled.class);
      assertThat(stalled.name()).isEqualTo("sleeper");
      assertThat(stalled.pid()).isEqualTo(child.pid());
      assertThat(stalled.silence()).isGreaterThanOrEqualTo(SHORT);
      assertThat(child.isAlive()).isTrue();
      child.kill();
    }
    assertThat(events).isEmpty();
  }

  @Test
  void output_throughATap_keepsAChildAliveAndTellsProgress() throws Exception {
    String script =
        "i=0; while [ $i -lt 100 ]; do i=$((i+5)); printf '%d%%\\r' $i; sleep 0.1; done";
    try (RunningHeartbeats beats = Heartbeats.after(Duration.ofSeconds(20)).start(events::add)) {
      Pulse pulse = beats.pulse("printer");
      Command command =
          Command.of("sh", "-c", script).stdout(Stdio.none(), pulse.tap(ProgressPattern.PERCENT));
      try (Child child = command.spawn()) {
        pulse.watch(child);
        assertThat(child.await()).isEqualTo(new Exit.Exited(0));
        List<Double> percentages = new ArrayList<>();
        while (percentages.isEmpty() || percentages.getLast() < 100) {
          percentages.add(next(ProgressEvent.Moved.class).progress().percent().orElseThrow());
        }
        assertThat(percentages).isSorted();
        assertThat(pulse.progress().remaining()).contains(Duration.ZERO);
      }
    }
  }

  @Test
  void node_thatStopsBeating_isStalledAndRecoversWithTheNextBeat() throws Exception {
    String script =
        """
        const beat = () => process.send({ brood: 'beat' });
        beat();
        process.on('message', (m) => { beat(); process.send({ brood: 'progress', percent: m }); });
        """;
    try (RunningHeartbeats beats = Heartbeats.after(Duration.ofSeconds(2)).start(events::add);
        ForkedChild child = Fork.of(Command.of("node", "-e", script)).spawn()) {
      Until.holds(() -> child.channel().receivedCount() == 1); // which took its time to come up
      Pulse pulse = beats.pulse("node").watch(child.child(), child.channel());
      HeartbeatEvent.Stalled stalled = next(HeartbeatEvent.Stalled.class);
      assertThat(stalled.ago()).containsKeys(Sign.BEAT, Sign.MESSAGE);
      assertThat(child.send(42)).isTrue();
      HeartbeatEvent.Recovered recovered = next(HeartbeatEvent.Recovered.class);
      assertThat(recovered.silence()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
      assertThat(next(ProgressEvent.Moved.class).progress().percent()).hasValue(42);
      assertThat(pulse.progress().percent()).hasValue(42);
    }
  }

  @Test
  void messages_ofAnyKind_areSignsAndStillReceived() throws Exception {
    try (RunningHeartbeats beats = Heartbeats.after(NEVER).start(events::add);
        ForkedChild child = Fork.of(Command.of("node", "-e", "process.send('hello')")).spawn()) {
      Pulse unused = beats.pulse("node").watch(child.child(), child.channel());
      assertThat(child.receive(Duration.ofSeconds(60)).orElseThrow().text()).contains("hello");
      assertThat(child.channel().receivedCount()).isEqualTo(1);
    }
  }

  @Test
  void loopWithoutEnd_whereCpuDoesNotCount_isStalledAndSeenToCompute() throws Exception {
    try (RunningHeartbeats beats = Heartbeats.after(Duration.ofSeconds(3)).start(events::add);
        Child child = Command.of("sh", "-c", "while :; do :; done").spawn()) {
      Pulse unused = beats.pulse("loop").watch(child);
      HeartbeatEvent.Stalled stalled = next(HeartbeatEvent.Stalled.class);
      assertThat(stalled.movedLast()).contains(Sign.CPU);
    }
  }

  @Test
  void workInAGrandchild_whereIoCounts_isLife() throws Exception {
    String script = "(while :; do echo x; sleep 0.05; done) > /dev/null & wait";
    Heartbeats rules = Heartbeats.after(Duration.ofSeconds(4)).counting(Sign.IO);
    try (RunningHeartbeats beats = rules.start(events::add);
        RunningHeartbeats other = Heartbeats.after(Duration.ofSeconds(8)).start(events::add);
        Child child = Command.of("sh", "-c", script).spawn()) {
      Pulse unused = beats.pulse("counted").watch(child);
      unused = other.pulse("not counted").watch(child);
      HeartbeatEvent.Stalled stalled = next(HeartbeatEvent.Stalled.class);
      assertThat(stalled.name()).isEqualTo("not counted");
      assertThat(stalled.ago()).containsKeys(Sign.IO, Sign.PROCESSES);
    }
  }

  @Test
  void escalation_ofAHangingTree_dumpsItsStacksAndStopsIt() throws Exception {
    Heartbeats rules =
        Heartbeats.after(SHORT).dump(Duration.ZERO, Dump.stacks()).stop(Duration.ofSeconds(1));
    try (RunningHeartbeats beats = rules.start(events::add);
        Child child = Command.of("sh", "-c", "sleep 61 & sleep 62; :").spawn()) {
      Until.holds(() -> sleepers(child) == 2);
      Pulse unused = beats.pulse("tree").watch(child);
      assertThat(next(HeartbeatEvent.Stalled.class)).isNotNull();
      assertThat(next(HeartbeatEvent.Dumped.class).text())
          .contains("process " + child.pid() + " (sh)")
          .contains("(sleep)")
          .contains("state S");
      assertThat(next(HeartbeatEvent.Stopping.class).silence()).isGreaterThan(SHORT);
      assertThat(next(HeartbeatEvent.Stopped.class).report().processes()).isEqualTo(3);
      assertThat(child.await()).isInstanceOf(Exit.Signaled.class);
    }
  }

  /** The programs of that name that wait already. */
  private static long sleepers(Child child) {
    return ProcessTable.read().tree(child.pid()).stream()
        .filter(entry -> entry.name().equals("sleep") && entry.state() == ProcessState.SLEEPING)
        .count();
  }

  @Test
  void dump_ofAJvm_isInItsOutput() throws Exception {
    Heartbeats rules =
        Heartbeats.after(Duration.ofSeconds(3)).dump(Duration.ZERO, Dump.signal(Signal.QUIT));
    try (RunningHeartbeats beats = rules.start(events::add);
        Child child =
            Fork.java(Hanging.class).command(c -> c.stdout(Stdio.pipe())).command().spawn()) {
      assertThat(child.stdout().readLine()).isEqualTo("up");
      Pulse unused = beats.pulse("jvm").watch(child);
      assertThat(next(HeartbeatEvent.Stalled.class)).isNotNull();
      assertThat(next(HeartbeatEvent.Dumped.class).text()).isEqualTo("SIGQUIT sent");
      String line = child.stdout().readLine();
      while (line != null && !line.contains("Hanging.main")) {
        line = child.stdout().readLine();
      }
      assertThat(line).isNotNull();
    }
  }

  /** Says that it is up, and no more. */
  static final class Hanging {
    private Hanging() {}

    public static void main(String[] arguments) throws Exception {
      try (var out = new java.io.FileOutputStream(java.io.FileDescriptor.out)) {
        out.write("up\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        new CountDownLatch(1).await(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void heldChild_isNotStalledUntilReleased() throws Exception {
    Duration untilHeld = Duration.ofSeconds(2); // it must not stall between its watch and its hold
    try (RunningHeartbeats beats = Heartbeats.after(untilHeld).start(events::add);
        RunningHeartbeats clock = Heartbeats.after(untilHeld.plus(SHORT)).start(events::add);
        Child child = Command.of("sleep", "60").spawn()) {
      Pulse held = beats.pulse("held").watch(child);
      held.hold();
      Pulse unused = clock.pulse("clock").watch(child);
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("clock");
      held.release();
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("held");
    }
  }

  @Test
  void childHeldBeforeItIsWatched_isNotStalledUntilReleased() throws Exception {
    try (RunningHeartbeats beats = Heartbeats.after(SHORT).start(events::add);
        RunningHeartbeats clock = Heartbeats.after(SHORT.multipliedBy(5)).start(events::add);
        Child child = Command.of("sleep", "60").spawn()) {
      Pulse held = beats.pulse("held");
      held.hold();
      held.watch(child);
      Pulse unused = clock.pulse("clock").watch(child);
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("clock");
      held.release();
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("held");
    }
  }

  @Test
  void dump_thatFails_isTold() throws Exception {
    Heartbeats rules = Heartbeats.after(SHORT).dump(Duration.ZERO, Dump.stacks());
    try (RunningHeartbeats beats =
            new RunningHeartbeats(
                rules,
                events::add,
                pid -> {
                  throw new IllegalStateException("on purpose");
                });
        Child child = Command.of("sleep", "60").spawn()) {
      Pulse unused = beats.pulse("child").watch(child);
      assertThat(next(HeartbeatEvent.Stalled.class)).isNotNull();
      assertThat(next(HeartbeatEvent.Dumped.class).text()).contains("no dump", "on purpose");
    }
  }

  @Test
  void listener_thatBlocksOrFails_hindersNobody() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (RunningHeartbeats beats =
            Heartbeats.after(Duration.ofMillis(100))
                .start(event -> {
                  blocked.countDown();
                  awaitQuietly(go);
                  events.add(event);
                  throw new IllegalStateException("on purpose");
                });
        Child one = Command.of("sleep", "60").spawn();
        Child two = Command.of("sleep", "60").spawn()) {
      Pulse unused = beats.pulse("one").watch(one);
      assertThat(blocked.await(60, TimeUnit.SECONDS)).isTrue();
      unused = beats.pulse("two").watch(two);
      assertThat(beats.children()).isEqualTo(2);
      go.countDown();
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("one");
      assertThat(next(HeartbeatEvent.Stalled.class).name()).isEqualTo("two");
      assertThat(beats.eventCount(WatchEvent.EventsLost.class)).isZero();
    }
  }

  @Test
  void watch_ofAChannelWhoseBeatsAreTaken_isRefusedAndWatchesNothing() throws Exception {
    try (RunningHeartbeats beats = Heartbeats.after(NEVER).start(events::add);
        ForkedChild child = Fork.of(Command.of("sleep", "60")).toldGrace(Duration.ZERO).spawn()) {
      assertThat(child.channel().on("progress", message -> {})).isSameAs(child.channel());
      Pulse pulse = beats.pulse("taken");
      assertThatThrownBy(() -> pulse.watch(child.child(), child.channel()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(beats.children()).isZero();
      assertThat(child.channel().on("beat", message -> {})).as("not taken").isNotNull();
      child.child().kill();
    }
  }

  @Test
  void watch_twiceTooManyOrAfterTheEnd_isRefused() throws Exception {
    Heartbeats rules = Heartbeats.after(NEVER).mostChildren(1);
    RunningHeartbeats beats = rules.start(events::add);
    try (beats;
        Child child = Command.of("sleep", "60").spawn()) {
      Pulse pulse = beats.pulse("one").watch(child);
      assertThatThrownBy(() -> beats.pulse("two").watch(child))
          .isInstanceOf(IllegalStateException.class);
      child.kill();
      while (beats.children() > 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> pulse.watch(child)).isInstanceOf(IllegalStateException.class);
    }
    try (Child late = Command.of("true").spawn()) {
      assertThatThrownBy(() -> beats.pulse("late").watch(late))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next event, which is of that kind. */
  private <T extends WatchEvent> T next(Class<T> kind) throws InterruptedException {
    WatchEvent event = events.poll(60, TimeUnit.SECONDS);
    assertThat(event).isInstanceOf(kind);
    return kind.cast(event);
  }
}
