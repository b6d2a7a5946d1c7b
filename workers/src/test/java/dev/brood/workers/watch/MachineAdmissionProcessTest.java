package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Stdio;
import dev.brood.process.observe.Pressure;
import dev.brood.testkit.Census;
import dev.brood.workers.watch.Admission.Admitted;
import dev.brood.workers.watch.Admission.Refused;
import dev.brood.workers.watch.Admission.Ticket;
import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Admission by this machine, of real children. */
@ExtendWith(Census.Extension.class)
class MachineAdmissionProcessTest {
  private static final int MIB = 1 << 20;

  /** Nothing that depends on what else this machine is doing. */
  private static final AdmissionLimits ONLY_COUNT =
      AdmissionLimits.standard()
          .between(2, 2)
          .ignore(Reason.MEMORY_PRESSURE)
          .reserve(0)
          .firstNeedBytes(MIB);

  private final List<WatchEvent> events = new CopyOnWriteArrayList<>();

  @Test
  void mayStart_hardLimit_countsTicketsUntilTheirChildEnds() throws Exception {
    try (RunningResources resources = Resources.every(Duration.ofMillis(50)).start();
        MachineAdmission admission = ONLY_COUNT.open(resources, events::add);
        Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      Ticket first = granted(admission.mayStart("work"));
      Ticket second = granted(admission.mayStart("work"));
      first.started(child);
      assertThatThrownBy(() -> first.started(child)).isInstanceOf(IllegalStateException.class);

      assertThat(admission.mayStart("work"))
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> {
                assertThat(refused.reasons()).extracting(Refusal::reason).contains(Reason.LIMIT);
                assertThat(refused.askAgainAfter()).isPositive();
              });
      assertThat(admission.running()).isEqualTo(2);
      second.close();
      second.close();
      assertThat(admission.running()).isEqualTo(1);
      child.stdin().close();
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      Until.holds(() -> admission.running() == 0 && resources.children().isEmpty());
    }
    assertThat(events)
        .filteredOn(AdmissionEvent.Granted.class::isInstance)
        .containsExactly(
            new AdmissionEvent.Granted("work", 1), new AdmissionEvent.Granted("work", 2));
    assertThat(events).filteredOn(AdmissionEvent.Denied.class::isInstance).hasSize(1);
  }

  @Test
  void mayStart_kindThatWasSeen_isExpectedToNeedAsMuch() throws Exception {
    String program = "kept = bytearray(90 << 20); input()";
    try (RunningResources resources = Resources.every(Duration.ofMillis(50)).start();
        MachineAdmission admission = ONLY_COUNT.open(resources);
        Child child =
            Command.of("python3", "-c", program).stdin(Stdio.pipe()).unchecked().spawn()) {
      assertThat(admission.expectedBytes("large")).isEqualTo(MIB);
      granted(admission.mayStart("large")).started(child);

      Until.holds(() -> expected(admission) > 90 * MIB);
      child.stdin().close();
      assertThat(child.await()).isNotNull();
      Until.holds(() -> resources.children().isEmpty());
      assertThat(expected(admission)).isGreaterThan(90 * MIB);
    }
  }

  @Test
  void running_childWasWaitedFor_holdsNoTicket() throws Exception {
    try (RunningResources resources = Resources.every(Duration.ofSeconds(1)).start();
        MachineAdmission admission = ONLY_COUNT.open(resources)) {
      for (int i = 0; i < 200; i++) {
        try (Child child = Command.of("true").spawn()) {
          granted(admission.mayStart("work")).started(child);
          assertThat(child.await()).isEqualTo(new Exit.Exited(0));
          assertThat(admission.running()).isZero();
        }
      }
    }
  }

  @Test
  void mayStart_kindThatNeedsMoreThanThereIs_runsAlone() {
    try (RunningResources resources = Resources.every(Duration.ofMillis(50)).start();
        MachineAdmission admission =
            ONLY_COUNT.firstNeedBytes(Long.MAX_VALUE / 4).open(resources)) {
      Ticket alone = granted(admission.mayStart("huge"));

      assertThat(admission.mayStart("huge"))
          .isInstanceOfSatisfying(
              Refused.class,
              refused ->
                  assertThat(refused.reasons())
                      .extracting(Refusal::reason)
                      .contains(Reason.MEMORY));
      alone.close();
      granted(admission.mayStart("huge")).close();
    }
  }

  @Test
  void open_whatTheMachineDoesNotTell_isNamedOnce() {
    long missing =
        Arrays.stream(Pressure.Resource.values())
            .filter(resource -> Pressure.of(resource).isEmpty())
            .count();
    try (RunningResources resources = Resources.every(Duration.ofSeconds(1)).start();
        MachineAdmission admission = ONLY_COUNT.open(resources, events::add)) {
      assertThat(admission.missing()).hasSize((int) missing);
      granted(admission.mayStart("work")).close();
      granted(admission.mayStart("work")).close();
    }
    assertThat(events)
        .filteredOn(AdmissionEvent.SignalMissing.class::isInstance)
        .hasSize((int) missing);
  }

  @Test
  void signals_thisMachine_arePlausible() {
    SignalReader reader = new SignalReader();
    MachineSignals first = reader.look(0);
    assertThat(reader.look(AdmissionCore.LOOK.toNanos() - 1)).isSameAs(first);
    MachineSignals later = reader.look(AdmissionCore.LOOK.toNanos());

    assertThat(later).isNotSameAs(first);
    long muchLater = AdmissionCore.LOOK.plus(SignalReader.LONGEST_CPU_SPAN).toNanos() + 1;
    assertThat(reader.look(muchLater).percent())
        .as("of too long a time")
        .doesNotContainKey(Reason.CPU);
    assertThat(reader.look(muchLater + AdmissionCore.LOOK.toNanos()).percent())
        .containsKey(Reason.CPU);
    assertThat(later.memoryAvailableBytes()).isBetween(1L, later.memoryTotalBytes());
    assertThat(later.percent())
        .containsKeys(Reason.CPU, Reason.PROCESSES, Reason.DESCRIPTORS)
        .allSatisfy((reason, percent) -> assertThat(percent).isBetween(0.0, 100.0));
  }

  @Test
  void always_anyKind_isAdmitted() {
    for (int i = 0; i < 3; i++) {
      granted(Admission.always().mayStart("work"));
    }
  }

  private static long expected(MachineAdmission admission) {
    return admission.expectedBytes("large");
  }

  private static Ticket granted(Admission.Decision decision) {
    assertThat(decision).isInstanceOf(Admitted.class);
    return ((Admitted) decision).ticket();
  }
}
