package dev.brood.workers.supervise;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Callers who wait until something is true of a supervisor. For its thread alone. */
final class Waiters {
  private record Waiter(Predicate<SupervisorCore> condition, CompletableFuture<Boolean> answer) {}

  private final List<Waiter> waiting = new ArrayList<>();

  /** Answers true when it is true, and false if the supervisor finishes before. */
  void add(Predicate<SupervisorCore> condition, CompletableFuture<Boolean> answer) {
    waiting.add(new Waiter(condition, answer));
  }

  /** Answers those whose time has come, and forgets those who have gone. */
  void look(SupervisorCore core) {
    if (!waiting.isEmpty()) {
      waiting.removeIf(waiter -> waiter.answer.isDone() || answered(waiter, core));
    }
  }

  private static boolean answered(Waiter waiter, SupervisorCore core) {
    if (waiter.condition.test(core)) {
      return waiter.answer.complete(true);
    }
    return core.isFinished() && waiter.answer.complete(false);
  }
}
