package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTree;
import dev.brood.testkit.Seeds;
import dev.brood.workers.channel.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Supervisors of many children, and what is left of them. */
@Tag("slow")
class SupervisorFleetTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int CHILDREN = 1000;
  private static final int VICTIMS = 100;

  private final Told told = new Told();

  @Test
  void thousandChildren_someKilledAtRandom_areRestartedAndAllStopped() {
    Seeds.random(
        1,
        gen -> {
          List<String> ids = IntStream.range(0, CHILDREN).mapToObj(n -> "c" + n).toList();
          Supervisor supervisor =
              Supervisor.of(Strategy.ONE_FOR_ONE)
                  .order(Order.DEPENDENCIES)
                  .intensity(VICTIMS, LIMIT)
                  .onEvent(told);
          for (String id : ids) {
            supervisor = supervisor.child(id, ChildSpec.of(Command.of("sleep", "1000")).untapped());
          }
          Set<Long> pids = new HashSet<>();
          try (RunningSupervisor running = supervisor.start()) {
            assertThat(running.awaitReady(LIMIT)).isTrue();
            pids.addAll(pids(running));
            for (String id : gen.shuffled(ids).subList(0, VICTIMS)) {
              assertThat(running.process(id).orElseThrow().signal(Signal.KILL)).isTrue();
            }
            for (int n = 0; n < VICTIMS; n++) {
              SupervisorEvent unused =
                  told.next(
                      event -> event instanceof SupervisorEvent.Started start && start.run() == 2);
            }
            assertThat(running.awaitReady(LIMIT)).isTrue();
            pids.addAll(pids(running));
            assertThat(pids).hasSize(CHILDREN + VICTIMS);
            assertThat(running.stop()).isEqualTo(new SupervisorEnd.Stopped());
            assertThat(living(pids)).isEmpty();
          }
        });
  }

  private static List<Long> pids(RunningSupervisor running) {
    return running.children().stream().map(child -> child.pid().orElseThrow()).toList();
  }

  @Test
  void jvm_killedWithATreeOfSupervisors_leavesNothing() throws Exception {
    Command jvm = ChildJvm.command(SupervisedTree.class).stdout(Stdio.pipe());
    try (Child parent = jvm.stderr(Stdio.inherit()).spawn()) {
      assertThat(parent.stdout().readLine()).isEqualTo("ready");
      List<Long> children = descendants(parent.pid());
      assertThat(children).as("four, two helpers, a sidecar").hasSizeGreaterThanOrEqualTo(7);

      assertThat(parent.signal(Signal.KILL)).isTrue();

      long end = System.nanoTime() + LIMIT.toNanos();
      while (!living(children).isEmpty() && System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
      assertThat(living(children)).isEmpty();
    }
  }

  /** Once the shell has started its helpers. */
  private static List<Long> descendants(long pid) {
    long end = System.nanoTime() + LIMIT.toNanos();
    List<Long> found = List.of();
    while (found.size() < 7 && System.nanoTime() - end < 0) {
      found =
          ProcessTree.of(pid).orElseThrow().processes().stream()
              .map(ProcessInfo::pid)
              .filter(other -> other != pid)
              .toList();
    }
    return found;
  }

  private static List<Long> living(Iterable<Long> pids) {
    List<Long> living = new ArrayList<>();
    for (long pid : pids) {
      ProcessInfo.of(pid)
          .filter(info -> info.state() != ProcessState.ZOMBIE)
          .ifPresent(info -> living.add(pid));
    }
    return living;
  }
}
