package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real children whose lives depend on each other. */
class SupervisorGroupTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Command SLEEP = silent("sleep", "60");
  private static final Command DONE = silent("true");

  private final Told told = new Told();

  private Supervisor of(Strategy strategy) {
    return Supervisor.of(strategy).name("main").onEvent(told);
  }

  @Test
  void oneForAll_ofThreeLanguages_restartsInOrder() throws Exception {
    Supervisor supervisor =
        of(Strategy.ONE_FOR_ALL)
            .child("node", Fork.of(silent("node", "-e", "setInterval(() => {}, 1000)")))
            .child("python", silent("python3", "-c", "import time; time.sleep(60)"))
            .child("sh", silent("sh", "-c", "sleep 60 & wait"));
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      assertThat(running.process("python").orElseThrow().signal(Signal.KILL)).isTrue();

      assertThat(nextRuns(3)).containsExactly("node 2", "python 2", "sh 2");
      assertThat(running.awaitReady(LIMIT)).isTrue();
      assertThat(running.stop()).isEqualTo(new SupervisorEnd.Stopped());
    }
    assertThat(told.childrenOf(SupervisorEvent.Stopping.class))
        .containsExactly("sh", "node", "sh", "python", "node");
  }

  @Test
  void restForOne_middleKilled_leavesThoseBefore() throws Exception {
    Supervisor supervisor =
        of(Strategy.REST_FOR_ONE).child("a", SLEEP).child("b", SLEEP).child("c", SLEEP);
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      assertThat(running.process("b").orElseThrow().signal(Signal.KILL)).isTrue();

      assertThat(nextRuns(2)).containsExactly("b 2", "c 2");
      assertThat(running.child("a").orElseThrow().runs()).isEqualTo(1);
    }
  }

  @Test
  void bound_chain_isStoppedAndStartedInOrder() throws Exception {
    Supervisor supervisor =
        of(Strategy.ONE_FOR_ONE)
            .order(Order.DEPENDENCIES)
            .child("web", ChildSpec.of(SLEEP).boundTo("cache", Condition.READY))
            .child("cache", ChildSpec.of(SLEEP).boundTo("db", Condition.READY))
            .child("db", SLEEP)
            .child("other", ChildSpec.of(SLEEP).dependsOn("db", Condition.READY));
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.awaitReady(LIMIT)).isTrue();
      assertThat(running.process("db").orElseThrow().signal(Signal.KILL)).isTrue();

      assertThat(nextRuns(3)).containsExactly("db 2", "cache 2", "web 2");
      assertThat(told.childrenOf(SupervisorEvent.Stopping.class)).containsExactly("web", "cache");
      assertThat(running.child("cache").orElseThrow().lastDeath().orElseThrow().reason())
          .contains("bound to \"db\"");
      assertThat(running.child("other").orElseThrow().runs()).isEqualTo(1);
    }
  }

  @Test
  void allSignificant_lastOneDone_endsTheSupervisor() throws Exception {
    ChildSpec job = ChildSpec.of(DONE).restart(Restart.TRANSIENT).significant();
    Supervisor supervisor =
        of(Strategy.ONE_FOR_ONE)
            .autoShutdown(AutoShutdown.ALL_SIGNIFICANT)
            .child("sidecar", SLEEP)
            .child("first", job)
            .child("second", job.dependsOn("first", Condition.COMPLETED));
    try (RunningSupervisor running = supervisor.start()) {
      assertThat(running.await(LIMIT)).contains(new SupervisorEnd.SignificantEnded("second"));
    }
    assertThat(told.childrenOf(SupervisorEvent.Stopping.class)).containsExactly("sidecar");
  }

  @Test
  void significantSupervisor_endsByItsOwnSignificantChild_endsTheOneAbove() throws Exception {
    Supervisor below =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
            .child("helper", SLEEP)
            .child("job", ChildSpec.of(DONE).restart(Restart.TEMPORARY).significant());
    Supervisor above =
        of(Strategy.ONE_FOR_ONE)
            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
            .child("sidecar", SLEEP)
            .child("below", ChildSpec.of(below).restart(Restart.TRANSIENT).significant());
    try (RunningSupervisor running = above.start()) {
      assertThat(running.await(LIMIT)).contains(new SupervisorEnd.SignificantEnded("below"));
    }
    assertThat(told.childrenOf(SupervisorEvent.Stopping.class))
        .containsExactly("helper", "sidecar");
  }

  /** The next starts of what was started before. */
  private List<String> nextRuns(int count) throws InterruptedException {
    List<String> runs = new ArrayList<>();
    while (runs.size() < count) {
      SupervisorEvent event =
          told.next(one -> one instanceof SupervisorEvent.Started start && start.run() > 1);
      SupervisorEvent.Started started = (SupervisorEvent.Started) event;
      runs.add(started.child() + " " + started.run());
    }
    return runs;
  }

  private static Command silent(String program, String... arguments) {
    return Command.of(program).args(arguments).stdout(Stdio.none()).stderr(Stdio.none());
  }
}
