package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What fits together in a description, and what does not. */
class SupervisorRulesTest {
  private static final ChildSpec SPEC = ChildSpec.of(Command.of("true"));
  private static final Supervisor EMPTY = Supervisor.of(Strategy.ONE_FOR_ONE);

  @Test
  void start_dependenciesFormACycle_namesItsMembers() {
    Supervisor supervisor =
        EMPTY
            .child("free", SPEC)
            .child("a", SPEC.dependsOn("b", Condition.READY).dependsOn("free", Condition.READY))
            .child("b", SPEC.dependsOn("c", Condition.STARTED))
            .child("c", SPEC.dependsOn("a", Condition.HEALTHY))
            .child("behind", SPEC.dependsOn("a", Condition.READY));

    assertThatThrownBy(supervisor::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("children wait for each other: a -> b -> c -> a");
  }

  @Test
  void start_childDependsOnItself_isACycle() {
    assertThatThrownBy(() -> EMPTY.child("a", SPEC.dependsOn("a", Condition.READY)).start())
        .hasMessage("children wait for each other: a -> a");
  }

  @Test
  void start_dependencyIsNoChild_isRefused() {
    assertThatThrownBy(() -> EMPTY.child("a", SPEC.dependsOn("b", Condition.READY)).start())
        .hasMessage("\"a\" waits for \"b\", which is no child");
  }

  @Test
  void start_waitsForTheEndOfAPermanentChild_isRefused() {
    Supervisor supervisor =
        EMPTY.child("a", SPEC).child("b", SPEC.dependsOn("a", Condition.SUCCEEDED));

    assertThatThrownBy(supervisor::start)
        .hasMessage(
            "\"b\" waits until \"a\" has completed successfully, but that is permanent: it is"
                + " always restarted");
  }

  @Test
  void start_significantChildThatCannotCount_isRefused() {
    ChildSpec job = SPEC.restart(Restart.TRANSIENT).significant();

    assertThatThrownBy(() -> EMPTY.child("a", job).start())
        .hasMessage("\"a\" is significant, but its supervisor has no auto-shutdown");
    assertThatThrownBy(() ->
            EMPTY
                .autoShutdown(AutoShutdown.ALL_SIGNIFICANT)
                .child("a", job.restart(Restart.PERMANENT))
                .start())
        .hasMessage("\"a\" cannot be significant: it is permanent, so it never ends for good");
  }

  @Test
  void start_mistakeInASupervisorBelow_isRefusedWithItsPlace() {
    Supervisor below = EMPTY.child("a", SPEC.dependsOn("b", Condition.READY));

    assertThatThrownBy(() -> EMPTY.child("below", below).start())
        .hasMessage("in \"below\": \"a\" waits for \"b\", which is no child");
  }

  @Test
  void start_signThatAChildCannotGive_isRefused() {
    assertThatThrownBy(() -> EMPTY.child("a", SPEC.readiness(Readiness.message())).start())
        .hasMessage("\"a\" has no channel to be ready or well on: it is no fork");
    assertThatThrownBy(() -> EMPTY.child("a", SPEC.health(Health.ping())).start())
        .hasMessage("\"a\" has no channel to be ready or well on: it is no fork");
    ChildSpec below = ChildSpec.of(EMPTY.child("b", SPEC));
    assertThatThrownBy(() -> EMPTY.child("a", below.readiness(Readiness.newline(3))).start())
        .hasMessage("\"a\" is a supervisor: ready with its children, by no sign");
  }

  @Test
  void start_moreChildrenThanTheLimit_isRefused() {
    assertThatThrownBy(() -> EMPTY.childLimit(1).child("a", SPEC).child("b", SPEC).start())
        .hasMessage("2 children are more than the limit of 1");
  }

  @Test
  void child_sameIdTwice_isRefused() {
    assertThatThrownBy(() -> EMPTY.child("a", SPEC).child("a", SPEC))
        .hasMessage("there are two children \"a\"");
  }

  @Test
  void boundTo_theEndOfAnother_isRefused() {
    assertThatThrownBy(() -> SPEC.boundTo("a", Condition.COMPLETED))
        .hasMessage("a child cannot wait until \"a\" has completed and be bound to it");
  }

  @Test
  void childSpec_outputIsAPipe_isRefused() {
    Command piped = Command.of("true").stderr(Stdio.pipe());

    assertThatThrownBy(() -> ChildSpec.of(piped))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody would read it");
  }

  @Test
  void startOrder_dependencies_comeFirstAndOthersStay() {
    Supervisor supervisor =
        EMPTY
            .child("web", SPEC.dependsOn("db", Condition.READY))
            .child("log", SPEC)
            .child("db", SPEC.dependsOn("log", Condition.READY))
            .child("mail", SPEC);

    assertThat(supervisor.check()).containsExactly("log", "db", "web", "mail");
  }

  @Test
  void values_withNonsense_areRefused() {
    assertThatThrownBy(() -> EMPTY.intensity(-1, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EMPTY.intensity(1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GiveUp.after(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GiveUp.after(1).retryEvery(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Shutdown.within(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SPEC.minimumUptime(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
