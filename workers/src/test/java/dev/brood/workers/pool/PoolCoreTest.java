package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Single decisions of a pool, which no random history is sure to come by. */
class PoolCoreTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<CoreEffect> effects = new ArrayList<>();

  private static PoolCore core(Admission admission, Consumer<PoolSettings> change) {
    PoolSettings settings = new PoolSettings();
    settings.minimum = 1;
    settings.maximum = 1;
    change.accept(settings);
    Random random = new Random(7);
    return new PoolCore(settings.rules(random), random, admission, "test");
  }

  private Member start(PoolCore core) {
    handle(core, new CoreEvent.TimePassed(), 0);
    Member member = core.members().iterator().next();
    handle(core, new CoreEvent.Ready(member), 1);
    return member;
  }

  private void handle(PoolCore core, CoreEvent event, long now) {
    effects.addAll(core.handle(event, now));
  }

  private List<PoolEvent> told() {
    return effects.stream()
        .filter(effect -> effect instanceof CoreEffect.Tell)
        .map(effect -> ((CoreEffect.Tell) effect).event())
        .toList();
  }

  @Test
  void memory_replacementIsRefused_goesFirst() {
    Admission full =
        kind ->
            new Admission.Refused(
                List.of(new Refusal(Refusal.Reason.MEMORY, "too little")), Duration.ofSeconds(1));
    PoolCore core =
        core(full, it -> it.recycling = Recycling.NEVER.aboveResidentBytes(1_000).afterCalls(9));
    Member big = start(core);

    handle(core, new CoreEvent.Measured(big, 1_001), SECOND);

    assertThat(effects).contains(new CoreEffect.Stop(big, CoreEffect.Manner.GENTLY));
    assertThat(told())
        .contains(
            new PoolEvent.WorkerRetired(big.id, PoolEvent.Retirement.MEMORY),
            new PoolEvent.WorkerStarting(2, 0));
  }

  @Test
  void age_replacementIsRefused_waitsForIt() {
    Admission full =
        kind ->
            new Admission.Refused(
                List.of(new Refusal(Refusal.Reason.MEMORY, "too little")), Duration.ofSeconds(1));
    PoolCore core =
        core(full, it -> it.recycling = Recycling.NEVER.afterAge(Duration.ofSeconds(1)));
    Member old = start(core);

    handle(core, new CoreEvent.TimePassed(), 2 * SECOND);

    assertThat(old.state).isEqualTo(Member.State.SERVING);
  }

  @Test
  void deadline_partOfItWasAWaitForRoom_countsOnce() {
    PoolCore core = core(Admission.always(), it -> {});
    Member member = start(core);
    CallOptions options = CallOptions.DEFAULT.deadline(Duration.ofSeconds(3));
    Call call = new Call(1, "input", options);
    call.waitedNanos = 2 * SECOND;

    handle(core, new CoreEvent.Submitted(List.of(call)), 10 * SECOND);

    assertThat(core.nextWake(10 * SECOND)).isEqualTo(11 * SECOND);
    handle(core, new CoreEvent.TimePassed(), 11 * SECOND);
    assertThat(call.isDone()).isTrue();
    assertThat(member.state).isEqualTo(Member.State.STOPPING);
  }

  @Test
  void start_takesTooLong_saysSo() {
    PoolCore core =
        core(Admission.always(), it -> it.readyLimit = Optional.of(Duration.ofSeconds(5)));
    handle(core, new CoreEvent.TimePassed(), 0);
    Member slow = core.members().iterator().next();
    handle(core, new CoreEvent.TimePassed(), 5 * SECOND);

    handle(core, new CoreEvent.Died(slow, Death.notStarted("worker 1", "", false)), 6 * SECOND);

    assertThat(told())
        .filteredOn(event -> event instanceof PoolEvent.StartFailed)
        .singleElement()
        .satisfies(event ->
            assertThat(((PoolEvent.StartFailed) event).reason()).contains("not ready within PT5S"));
  }
}
