package dev.brood.workers.supervise;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Callers who wait until something is true of a supervisor. For its thread alone. */
final class Waiters {
  private record Waiter(Predicate<SupervisorCore> condition, CompletableFuture<Boolean> answer) {}

  private final List<Waiter> waiting = new ArrayList<>();

  /** Answers true when it is true, and false if the supervisor ends before. */
  void add(Predicate<SupervisorCore> condition, CompletableFuture<Boolean> answer) {
    waiting.add(new Waiter(condition, answer));
  }

  /**
   * Answers those whose time has come, and forgets those who have gone.
   *
   * @param over whether nothing changes any more
   */
  void look(SupervisorCore core, boolean over) {
    if (!waiting.isEmpty()) {
      waiting.removeIf(waiter -> waiter.answer.isDone() || answered(waiter, core, over));
    }
  }

  private static boolean answered(Waiter waiter, SupervisorCore core, boolean over) {
    if (waiter.condition.test(core)) {
      return waiter.answer.complete(true);
    }
    return over && waiter.answer.complete(false);
  }
}
