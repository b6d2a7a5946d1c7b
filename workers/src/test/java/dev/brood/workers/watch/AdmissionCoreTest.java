package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.workers.watch.AdmissionCore.Answer;
import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionCoreTest {
  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;
  private static final MachineSignals CALM = new MachineSignals(1000 * MIB, 1000 * MIB, Map.of());

  private AdmissionLimits limits =
      AdmissionLimits.standard()
          .between(1, 4)
          .reserve(0.1)
          .firstNeedBytes(100 * MIB)
          .ramp(Duration.ofSeconds(1))
          .settling(Duration.ofSeconds(10));
  private AdmissionCore core = new AdmissionCore(limits);
  private long now = 77;

  private void limits(AdmissionLimits other) {
    limits = other;
    core = new AdmissionCore(other);
  }

  private long admitted(MachineSignals signals) {
    Answer answer = core.ask(now, "work", signals);
    assertThat(answer).isInstanceOf(Answer.Grant.class);
    return ((Answer.Grant) answer).place();
  }

  private List<Reason> refused(MachineSignals signals) {
    Answer answer = core.ask(now, "work", signals);
    assertThat(answer).isInstanceOf(Answer.Refuse.class);
    return ((Answer.Refuse) answer).reasons().stream().map(Refusal::reason).toList();
  }

  private static MachineSignals free(long mebibytes) {
    return new MachineSignals(1000 * MIB, mebibytes * MIB, Map.of());
  }

  private static MachineSignals signal(Reason reason, double percent) {
    return new MachineSignals(1000 * MIB, 1000 * MIB, Map.of(reason, percent));
  }

  @Test
  void ask_nothingRuns_isAdmittedWhateverTheMachineSays() {
    MachineSignals worst =
        new MachineSignals(
            1000 * MIB, 0, Map.of(Reason.MEMORY_PRESSURE, 100.0, Reason.DESCRIPTORS, 100.0));

    long place = admitted(worst);
    assertThat(refused(worst))
        .contains(Reason.RAMP, Reason.MEMORY, Reason.MEMORY_PRESSURE, Reason.DESCRIPTORS);
    core.ended(place, 0);
    admitted(worst);
  }

  @Test
  void ask_hardLimitReached_isRefusedUntilOneEnds() {
    limits(limits.between(4, 4));
    long first = admitted(CALM);
    for (int i = 0; i < 3; i++) {
      admitted(CALM);
    }
    now += SECOND;

    assertThat(refused(CALM)).containsExactly(Reason.LIMIT);
    core.ended(first, 0);
    core.ended(first, 0);
    assertThat(core.running()).isEqualTo(3);
    admitted(CALM);
  }

  @Test
  void ask_aboveTheSoftLimit_startsOneInEachRamp() {
    admitted(CALM);
    now += SECOND - 1;
    assertThat(core.ask(now, "work", CALM))
        .isEqualTo(
            new Answer.Refuse(
                List.of(new Refusal(Reason.RAMP, "another one was started within 1000 ms")),
                Duration.ofNanos(1)));
    now += 1;
    admitted(CALM);
    assertThat(refused(CALM)).containsExactly(Reason.RAMP);
  }

  @Test
  void ask_promisedMemory_isNotGivenTwice() {
    limits(limits.between(4, 4));
    long first = admitted(free(450));
    admitted(free(450)); // 450 less 100 reserved and 100 promised

    assertThat(core.promisedBytes(now)).isEqualTo(200 * MIB);
    admitted(free(400)); // exactly enough
    assertThat(refused(free(399 + 100))).containsExactly(Reason.MEMORY);
    core.measured(first, 60 * MIB);
    assertThat(core.promisedBytes(now)).isEqualTo(240 * MIB);
    admitted(free(440));
  }

  @Test
  void ask_childHasSettled_isPromisedNothingAnyMore() {
    admitted(CALM);
    now += 10 * SECOND - 1;
    assertThat(core.promisedBytes(now)).isEqualTo(100 * MIB);
    now += 1;
    assertThat(core.promisedBytes(now)).isZero();
  }

  @Test
  void ask_memoryRefused_saysWhyWithFigures() {
    admitted(CALM);
    now += 2 * SECOND;

    Answer answer = core.ask(now, "work", free(150));

    assertThat(answer)
        .isEqualTo(
            new Answer.Refuse(
                List.of(
                    new Refusal(
                        Reason.MEMORY,
                        "150 MiB of memory are free, 100 MiB of that reserved and 100 MiB promised;"
                            + " one of \"work\" needs 100 MiB")),
                AdmissionCore.LOOK));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void ask_anythingInTheWay_isNamedWithItsFigure(Reason reason) {
    limits(limits.between(1, reason == Reason.LIMIT ? 1 : 4));
    admitted(CALM);
    now += reason == Reason.RAMP ? SECOND / 2 : 2 * SECOND;
    MachineSignals signals =
        switch (reason) {
          case LIMIT, RAMP -> CALM;
          case MEMORY -> free(150);
          default -> signal(reason, 99);
        };

    Answer answer = core.ask(now, "work", signals);

    Refusal refusal = ((Answer.Refuse) answer).reasons().getFirst();
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.text())
        .contains(
            switch (reason) {
              case LIMIT -> "1 run, which is the hard limit";
              case RAMP -> "within 1000 ms";
              case MEMORY -> "150 MiB of memory are free";
              case MEMORY_PRESSURE -> "99.0 % of the time tasks wait for memory";
              case CPU_PRESSURE -> "99.0 % of the time tasks wait for a CPU";
              case IO_PRESSURE -> "99.0 % of the time all tasks wait for storage";
              case CPU -> "99.0 % of the CPUs are busy";
              case PROCESSES -> "99.0 % of the process ids are used";
              case DESCRIPTORS -> "99.0 % of the descriptors of this JVM are used";
            });
    assertThat(((Answer.Refuse) answer).askAgainAfter()).isPositive();
  }

  @Test
  void ask_signalOnceTooHigh_isRefusedUntilItIsLow() {
    admitted(CALM);
    now += 2 * SECOND;

    assertThat(refused(signal(Reason.MEMORY_PRESSURE, 10))).containsExactly(Reason.MEMORY_PRESSURE);
    assertThat(refused(signal(Reason.MEMORY_PRESSURE, 5))).containsExactly(Reason.MEMORY_PRESSURE);
    admitted(signal(Reason.MEMORY_PRESSURE, 4.9));
    now += 2 * SECOND;
    admitted(signal(Reason.MEMORY_PRESSURE, 9.9));
  }

  @Test
  void ask_belowTheSoftLimit_cpuAndStorageDoNotCount() {
    limits(limits.between(2, 4));
    admitted(CALM);
    admitted(signal(Reason.CPU_PRESSURE, 99));
    now += 2 * SECOND;
    for (Reason reason : List.of(Reason.CPU_PRESSURE, Reason.IO_PRESSURE, Reason.CPU)) {
      assertThat(refused(signal(reason, 99))).containsExactly(reason);
      core.ended(admitted(signal(reason, 0)), 0);
      now += 2 * SECOND;
    }
  }

  @Test
  void ask_signalMissingForOnce_leavesItsGateAsItIs() {
    admitted(CALM);
    now += 2 * SECOND;
    assertThat(refused(signal(Reason.MEMORY_PRESSURE, 30))).containsExactly(Reason.MEMORY_PRESSURE);

    Answer answer = core.ask(now, "work", CALM);

    assertThat(((Answer.Refuse) answer).reasons().getFirst().text()).startsWith("30.0 %");
    admitted(signal(Reason.MEMORY_PRESSURE, 1));
  }

  @Test
  void ask_timesBeyondAnyClock_areAnswered() {
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    limits(limits.ramp(ages).settling(ages));
    admitted(CALM);
    now += SECOND;

    assertThat(refused(CALM)).containsExactly(Reason.RAMP);
    assertThat(core.promisedBytes(now)).isEqualTo(100 * MIB);
  }

  @Test
  void ask_signalWithoutGate_refusesNothing() {
    limits(limits.ignore(Reason.CPU_PRESSURE).ramp(Duration.ZERO));
    admitted(CALM);

    admitted(signal(Reason.CPU_PRESSURE, 100));
  }

  @Test
  void expected_kindThatWasSeen_isItsPeakAndNotTheFirstGuess() {
    for (int i = 1; i <= 20; i++) {
      long place = admitted(CALM);
      core.ended(place, i * MIB);
    }

    assertThat(core.expected("work")).isEqualTo(19 * MIB);
    assertThat(core.expected("other")).isEqualTo(100 * MIB);
    long place = admitted(CALM);
    core.measured(place, 300 * MIB);
    assertThat(core.expected("work")).isEqualTo(300 * MIB);
  }

  @Test
  void learnedNeeds_manyKinds_keepsTheLastUsed() {
    LearnedNeeds needs = new LearnedNeeds(1);
    needs.learn("old", 5);
    for (int i = 0; i < LearnedNeeds.KEPT_KINDS; i++) {
      needs.learn("kind" + i, 7);
    }

    assertThat(needs.expected("old")).isEqualTo(1);
    assertThat(needs.expected("kind3")).isEqualTo(7);
    for (int i = 0; i < LearnedNeeds.KEPT_PEAKS; i++) {
      needs.learn("kind3", 9);
    }
    assertThat(needs.expected("kind3")).isEqualTo(9);
  }

  @Test
  void limits_wrongNumbers_areRefused() {
    AdmissionLimits standard = AdmissionLimits.standard();
    assertThatThrownBy(() -> standard.between(3, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> standard.between(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> standard.reserve(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> standard.gate(Reason.LIMIT, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> standard.gate(Reason.CPU, 1, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(standard.gate(Reason.CPU, 50, 40).gates())
        .containsEntry(Reason.CPU, new AdmissionLimits.Gate(50, 40))
        .hasSize(standard.gates().size());
  }
}
