package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Signal;
import dev.brood.testkit.Simulation;
import dev.brood.workers.pool.CoreEvent.Obstacle;
import dev.brood.workers.pool.CoreEvent.Order;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A {@link PoolCore} in a world of random callers and workers, and what must hold at each step. */
final class SimulatedPool {
  /** What became of one call. */
  private static final class Fate {
    int begun;
    int completed;
    int failed;
    Object value;
    SimulatedWorker lastWorker;
  }

  final Simulation simulation;
  final PoolRules rules;
  final boolean knowsUnread;
  final int slowest;
  final int crashes;
  final int errors;
  final int startFailures;
  private final int poison;
  private final PoolCore core;
  private final Map<Member, SimulatedWorker> workers = new LinkedHashMap<>();
  private final Map<Call, Fate> fates = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final Deque<CoreEvent> next = new ArrayDeque<>();

  /** Calls whose callers wait for room in the queue. */
  private final Deque<Call> callers = new ArrayDeque<>();

  private long wakeNanos = Long.MAX_VALUE;
  private int roomTaken;
  private boolean drained;
  private boolean over;
  private boolean closing;
  private boolean paused;
  private boolean closed;

  SimulatedPool(Simulation simulation) {
    this.simulation = simulation;
    this.rules = rules();
    this.knowsUnread = flip();
    this.slowest = simulation.gen().oneOf(1, 50, 2_000);
    this.crashes = simulation.gen().oneOf(0, 2, 20);
    this.errors = simulation.gen().oneOf(0, 10, 90);
    this.startFailures = simulation.gen().oneOf(0, 0, 10, 50);
    this.poison = simulation.gen().oneOf(0, 5);
    int refusals = simulation.gen().oneOf(0, 50);
    Admission admission = kind -> admit(refusals);
    RandomGenerator random = () -> ((long) number() << 32) ^ number();
    this.core = new PoolCore(rules, random, admission, "simulated");
  }

  private int number() {
    return simulation.gen().below(Integer.MAX_VALUE);
  }

  private PoolRules rules() {
    int maximum = simulation.gen().between(1, 4);
    boolean serial = simulation.gen().below(3) > 0;
    Recycling recycling = simulation.gen().flip() ? Recycling.NEVER : Recycling.FRESH;
    if (recycling == Recycling.NEVER) {
      recycling = flip() ? recycling.afterCalls(simulation.gen().between(1, 5)) : recycling;
      recycling = flip() ? recycling.afterAge(time(500, 10_000)) : recycling;
      recycling = flip() ? recycling.aboveResidentBytes(900) : recycling;
    }
    return new PoolRules(
        simulation.gen().between(0, maximum),
        maximum,
        simulation.gen().between(0, maximum),
        serial ? 1 : simulation.gen().between(2, 5),
        serial ? simulation.gen().oneOf(0, 0, 1, 4) : 0,
        simulation.gen().oneOf(Balancing.values()),
        simulation.gen().oneOf(1, 5, 1000),
        simulation.gen().oneOf(WhenQueueFull.values()),
        simulation.gen().between(1, 4),
        simulation.gen().between(1, 5),
        time(0, 100).toNanos(),
        time(0, 5_000).toNanos(),
        time(100, 3_000).toNanos(),
        time(0, 2_000).toNanos(),
        recycling,
        failures -> Math.min(1L << failures, 1_000) * 1_000_000);
  }

  private Admission.Decision admit(int refusals) {
    return chance(refusals)
        ? new Admission.Refused(
            List.of(new Refusal(Refusal.Reason.MEMORY, "little")), Duration.ofMillis(100))
        : new Admission.Admitted(new Admitted());
  }

  /** Given by the machine, other than {@link Admission.Ticket#IGNORED}. */
  private static final class Admitted implements Admission.Ticket {
    @Override
    public void started(Child child) {}

    @Override
    public void close() {}
  }

  Duration time(int lowMillis, int highMillis) {
    return simulation.between(Duration.ofMillis(lowMillis), Duration.ofMillis(highMillis));
  }

  boolean flip() {
    return simulation.gen().flip();
  }

  boolean chance(int percent) {
    return simulation.gen().below(100) < percent;
  }

  boolean isPoison(Call call) {
    return call.id % 100 < poison;
  }

  /** Random callers and misfortunes for a while, then rest, then the end. */
  void live() {
    post(new CoreEvent.TimePassed());
    int count = simulation.gen().between(1, 60);
    for (int id = 1; id <= count; id++) {
      Call call = new Call(id, "input", options());
      simulation.after(time(0, 3_000), () -> submit(call));
      if (chance(10)) {
        simulation.after(time(0, 6_000), () -> cancel(call));
      }
    }
    for (int kills = simulation.gen().oneOf(0, 3, 30); kills > 0; kills--) {
      simulation.after(time(0, 5_000), this::killOne);
    }
    for (int orders = simulation.gen().below(3); orders > 0; orders--) {
      simulation.after(time(0, 3_000), () -> order(Order.PAUSE));
    }
    simulation.after(Duration.ofSeconds(2), this::measure);
    simulation.after(Duration.ofSeconds(6), () -> order(Order.RESUME));
    simulation.run(Duration.ofMinutes(30), 200_000, this::check);
    assertThat(core.unanswered()).as("calls without an answer although nothing is closed").isZero();
    checkRest();
    finish();
  }

  /** Long after the last call: who has nothing to do has gone, and who should be there is. */
  private void checkRest() {
    if (closed) {
      return;
    }
    assertThat(core.members())
        .as("has come to stay")
        .noneMatch(one -> one.state == Member.State.RETIRING);
    int there = regular(Integer.MAX_VALUE);
    assertThat(there)
        .as("still there")
        .isLessThanOrEqualTo(Math.max(rules.minimum(), rules.spares()));
    if (startFailures == 0) {
      assertThat(there).as("there").isGreaterThanOrEqualTo(rules.minimum());
    }
  }

  /** How many take calls or will of those before that one, without those that come for another. */
  private int regular(int id) {
    return (int)
        core.members().stream()
            .filter(one -> one.id < id)
            .filter(one ->
                one.state == Member.State.SERVING
                    || one.state == Member.State.STARTING && one.replaces == null)
            .count();
  }

  /** How many are started whatever the machine says. */
  private int needed() {
    return Math.max(1, rules.minimum());
  }

  /** As {@link #live}, but the pool is closed in the middle of it. */
  void liveAndCloseEarly() {
    simulation.after(
        time(0, 4_000),
        () -> {
          closing = true;
          List.copyOf(callers).forEach(call -> admitCaller());
          order(flip() ? Order.DRAIN : Order.CLOSE);
          order(Order.CLOSE);
        });
    live();
  }

  private void finish() {
    closing = true;
    order(Order.DRAIN);
    order(Order.CLOSE);
    simulation.run(Duration.ofHours(1), 100_000, this::check);
    assertThat(drained).as("drained").isTrue();
    assertThat(over).as("over").isTrue();
    assertThat(core.members()).isEmpty();
    assertThat(core.waiting()).isZero();
    assertThat(roomTaken).as("places in the queue").isZero();
    for (Call call : calls) {
      Fate fate = fates.get(call);
      assertThat(fate.completed + fate.failed).as("answers of %s", call).isEqualTo(1);
      assertThat(call.isDone()).isTrue();
    }
    workers.values().forEach(worker -> assertThat(worker.alive).as("left alive").isFalse());
  }

  private CallOptions options() {
    CallOptions options = CallOptions.DEFAULT.priority(simulation.gen().oneOf(Priority.values()));
    options = chance(30) ? options.deadline(time(1, 4_000)) : options;
    options = rules.keyed() ? options.key("key" + simulation.gen().below(6)) : options;
    return options.idempotent(flip());
  }

  private void submit(Call call) {
    if (rules.whenFull() == WhenQueueFull.BLOCK && roomTaken >= rules.queueLimit() && !closing) {
      callers.addLast(call);
      return;
    }
    roomTaken++;
    calls.add(call);
    fates.put(call, new Fate());
    post(new CoreEvent.Submitted(List.of(call)));
  }

  private void admitCaller() {
    Call call = callers.pollFirst();
    if (call != null) {
      simulation.after(time(0, 1), () -> submit(call));
    }
  }

  private void cancel(Call call) {
    if (fates.containsKey(call)) {
      post(new CoreEvent.Cancelled(call));
    }
  }

  private void order(Order order) {
    simulation.note(order.toString());
    switch (order) {
      case PAUSE -> paused = true;
      case RESUME -> paused = false;
      case DRAIN -> {}
      case CLOSE -> closed = true;
    }
    post(new CoreEvent.Ordered(order));
  }

  private void killOne() {
    List<SimulatedWorker> alive = workers.values().stream().filter(one -> one.alive).toList();
    if (!alive.isEmpty()) {
      simulation.gen().oneOf(alive).die(Signal.KILL, true);
    }
  }

  private void measure() {
    for (Member member : List.copyOf(core.members())) {
      post(new CoreEvent.Measured(member, simulation.gen().below(1_000)));
    }
  }

  void began(Call call, SimulatedWorker worker) {
    Fate fate = fates.get(call);
    fate.begun++;
    simulation.note(worker.member.id + " begins " + call);
    if (fate.begun > 1) {
      assertThat(call.options.idempotent()).as("%s begun twice", call).isTrue();
      assertThat(fate.lastWorker.over).as("%s begun while its first worker may run", call).isTrue();
    }
    assertThat(fate.begun).as("times begun").isLessThanOrEqualTo(rules.poisonAfter());
    fate.lastWorker = worker;
  }

  /** As the driver does it. */
  void post(CoreEvent event) {
    simulation.note(event.toString());
    if (event instanceof CoreEvent.TimePassed) {
      wakeNanos = Long.MAX_VALUE;
    }
    core.handle(event, simulation.nanos()).forEach(this::perform);
    for (CoreEvent follows = next.poll(); follows != null; follows = next.poll()) {
      simulation.note(follows.toString());
      core.handle(follows, simulation.nanos()).forEach(this::perform);
    }
    long wake = core.nextWake(simulation.nanos());
    assertThat(wake).as("the time that it wants to be told").isGreaterThan(simulation.nanos());
    if (wake < wakeNanos) {
      wakeNanos = wake;
      simulation.after(
          Duration.ofNanos(wake - simulation.nanos()),
          () -> {
            if (wakeNanos == wake) { // else another was set instead
              post(new CoreEvent.TimePassed());
            }
          });
    }
  }

  private void perform(CoreEffect effect) {
    switch (effect) {
      case CoreEffect.Start(Member member, var ticket) -> {
        SimulatedWorker worker = new SimulatedWorker(this, member);
        assertThat(workers.put(member, worker)).as("started twice").isNull();
        assertThat(closed).as("%s started after the end", member).isFalse();
        if (ticket == Admission.Ticket.IGNORED) {
          assertThat(regular(member.id)).as("refused, and not needed").isLessThan(needed());
        }
        worker.start();
      }
      case CoreEffect.Send(Member member, Call call) -> send(workers.get(member), call);
      case CoreEffect.Stop(Member member, var manner) -> workers.get(member).stop(manner);
      case CoreEffect.Complete(Call call, Object value) -> {
        fates.get(call).completed++;
        assertThat(value).isEqualTo("answer to " + call.id);
      }
      case CoreEffect.Fail(Call call, RuntimeException reason) -> {
        simulation.note(call + " fails: " + reason);
        fates.get(call).failed++;
      }
      case CoreEffect.RoomFree() -> {
        roomTaken--;
        admitCaller();
      }
      case CoreEffect.RoomTaken() -> roomTaken++;
      case CoreEffect.Tell(PoolEvent event) -> simulation.note(event.toString());
      case CoreEffect.Drained() -> drained = true;
      case CoreEffect.Over() -> over = true;
    }
  }

  private void send(SimulatedWorker worker, Call call) {
    assertThat(worker.ready).as("%s sent to %s", call, worker.member).isTrue();
    assertThat(paused).as("%s sent in a pause", call).isFalse();
    assertThat(calls)
        .as("calls that come before %s", call)
        .noneMatch(other ->
            other.state == Call.State.WAITING
                && other.lane == call.lane
                && other.options.priority().compareTo(call.options.priority()) < 0);
    if (worker.alive && chance(2)) {
      next.addFirst(
          flip()
              ? new CoreEvent.NotSent(worker.member, call, Obstacle.FULL)
              : new CoreEvent.NotWritable(
                  worker.member, call, new CallNotSentException(new IllegalStateException("no"))));
    } else if (!worker.send(call)) {
      next.addFirst(new CoreEvent.NotSent(worker.member, call, Obstacle.CLOSED));
    }
  }

  private void check() {
    int serving = 0;
    int mostTakenBack = rules.mostProcesses() * (rules.concurrency() + rules.ahead());
    for (Member member : core.members()) {
      serving += member.state == Member.State.STOPPING ? 0 : 1;
      assertThat(member.running.size())
          .as("calls of %s", member)
          .isLessThanOrEqualTo(rules.concurrency() + rules.ahead());
      rules
          .recycling()
          .afterCalls()
          .ifPresent(most -> assertThat(member.assigned).isLessThanOrEqualTo(most));
    }
    assertThat(core.members().size()).isLessThanOrEqualTo(rules.mostProcesses());
    if (closed) {
      assertThat(core.members()).allMatch(member -> member.state == Member.State.STOPPING);
    }
    assertThat(roomTaken)
        .as("places in the queue")
        .isEqualTo(
            (int)
                calls.stream()
                    .filter(call ->
                        call.state == Call.State.WAITING || call.state == Call.State.DELAYED)
                    .count());
    if (rules.keyed()) {
      assertThat(core.members().stream().filter(one -> !one.running.isEmpty()))
          .as("at work at once, at most one in a slot")
          .doesNotHaveDuplicates()
          .extracting(one -> one.slot)
          .doesNotHaveDuplicates();
    }
    assertThat(serving)
        .as("workers in slots")
        .isLessThanOrEqualTo(rules.maximum() + (rules.recycling().overlap() ? 1 : 0));
    assertThat(core.waiting())
        .as("calls that wait")
        .isLessThanOrEqualTo(rules.queueLimit() + mostTakenBack);
    for (Call call : calls) {
      Fate fate = fates.get(call);
      assertThat(fate.completed + fate.failed)
          .as("answers of %s", call)
          .isEqualTo(call.isDone() ? 1 : 0);
      assertThat(call.isDone() || call.dueNanos >= simulation.nanos()) // then its turn comes next
          .as("%s in time", call)
          .isTrue();
    }
  }
}
