package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * A group of children that live and die by one set of rules: OTP's supervisor, for processes. An
 * immutable value; {@link #start} makes it run, any number of times.
 *
 * <pre>{@code
 * Supervisor.of(Strategy.ONE_FOR_ONE)
 *     .intensity(5, Duration.ofMinutes(1))
 *     .child("web", Fork.node("web.js"))
 *     .child("mail", ChildSpec.of(mail).dependsOn("web", Condition.READY))
 *     .start();
 * }</pre>
 */
public final class Supervisor {
  /** How many children a supervisor has at most, unless set. */
  public static final int DEFAULT_CHILD_LIMIT = 10_000;

  private final Strategy strategy;
  private String name = "supervisor";
  private Order order = Order.SEQUENCE;
  private Intensity intensity = Intensity.DEFAULT;
  private AutoShutdown autoShutdown = AutoShutdown.NEVER;
  private int childLimit = DEFAULT_CHILD_LIMIT;
  private SequencedMap<String, ChildSpec> children = new LinkedHashMap<>();
  private Consumer<SupervisorEvent> listener = event -> {};

  private Supervisor(Strategy strategy) {
    this.strategy = strategy;
  }

  /** One without children. */
  public static Supervisor of(Strategy strategy) {
    return new Supervisor(strategy);
  }

  /** What it is called in events, logs and threads; as a child it has its id as name instead. */
  public Supervisor name(String newName) {
    return change(copy -> copy.name = newName);
  }

  /** What its children wait for in a start and a stop; {@link Order#SEQUENCE} unless set. */
  public Supervisor order(Order newOrder) {
    return change(copy -> copy.order = newOrder);
  }

  /** How many restarts in how long are too many; {@link Intensity#DEFAULT} unless set. */
  public Supervisor intensity(int restarts, Duration period) {
    return change(copy -> copy.intensity = new Intensity(restarts, period));
  }

  /** Whether it ends with its significant children; {@link AutoShutdown#NEVER} unless set. */
  public Supervisor autoShutdown(AutoShutdown when) {
    return change(copy -> copy.autoShutdown = when);
  }

  /**
   * How many children it has at most; {@link #DEFAULT_CHILD_LIMIT} unless set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Supervisor childLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a number of children is not negative: " + limit);
    }
    return change(copy -> copy.childLimit = limit);
  }

  /**
   * With one more child, behind those it has.
   *
   * @throws IllegalArgumentException if the id is empty or taken
   */
  public Supervisor child(String id, ChildSpec spec) {
    if (id.isEmpty() || children.containsKey(id)) {
      throw new IllegalArgumentException(
          id.isEmpty() ? "the id of a child is empty" : "there are two children \"" + id + "\"");
    }
    return change(copy -> copy.children.put(id, spec));
  }

  /** With one more child, by the rules that a {@link ChildSpec} has unless set. */
  public Supervisor child(String id, Command command) {
    return child(id, ChildSpec.of(command));
  }

  /** With one more child, by the rules that a {@link ChildSpec} has unless set. */
  public Supervisor child(String id, Fork fork) {
    return child(id, ChildSpec.of(fork));
  }

  /** With one more child, which has children itself. */
  public Supervisor child(String id, Supervisor supervisor) {
    return child(id, ChildSpec.of(supervisor));
  }

  /**
   * Tells what happens here and in the supervisors below, in order, on one virtual thread. A slow
   * listener holds up nobody: what it leaves no room for is told by {@link
   * SupervisorEvent.EventsLost}. An error of it is logged. As a child a supervisor tells its own
   * listener and those of the supervisors above.
   */
  public Supervisor onEvent(Consumer<SupervisorEvent> newListener) {
    return change(copy -> copy.listener = newListener);
  }

  /**
   * Starts it and returns at once; {@link RunningSupervisor#awaitReady} waits for the children.
   *
   * @throws IllegalArgumentException if the children do not fit together: a dependency on one that
   *     is not there, a cycle of them (its members are named), a significant child that is
   *     permanent or without an {@link #autoShutdown}, a sign of readiness or health that a child
   *     cannot give, more than {@link #childLimit}
   */
  public RunningSupervisor start() {
    return RunningSupervisor.start(this);
  }

  /**
   * The ids of the children in the order of their starts.
   *
   * @throws IllegalArgumentException as in {@link #start}
   */
  List<String> check() {
    if (children.size() > childLimit) {
      throw new IllegalArgumentException(
          "%d children are more than the limit of %d".formatted(children.size(), childLimit));
    }
    for (Map.Entry<String, ChildSpec> child : children.entrySet()) {
      Optional<String> objection =
          ChildRules.objection(this, child.getKey(), child.getValue(), children::get);
      if (objection.isPresent()) {
        throw new IllegalArgumentException(objection.get());
      }
    }
    return StartOrder.of(children);
  }

  @Override
  public String toString() {
    return "Supervisor[%s, %s, %s]".formatted(name, strategy, children.keySet());
  }

  Strategy strategy() {
    return strategy;
  }

  String name() {
    return name;
  }

  Order order() {
    return order;
  }

  Intensity intensity() {
    return intensity;
  }

  AutoShutdown autoShutdown() {
    return autoShutdown;
  }

  int childLimit() {
    return childLimit;
  }

  SequencedMap<String, ChildSpec> children() {
    return children;
  }

  Consumer<SupervisorEvent> listener() {
    return listener;
  }

  private Supervisor change(Consumer<Supervisor> change) {
    Supervisor copy = new Supervisor(strategy);
    copy.name = name;
    copy.order = order;
    copy.intensity = intensity;
    copy.autoShutdown = autoShutdown;
    copy.childLimit = childLimit;
    copy.children = new LinkedHashMap<>(children);
    copy.listener = listener;
    change.accept(copy);
    return copy;
  }
}
