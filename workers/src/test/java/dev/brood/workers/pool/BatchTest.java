package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many calls of one caller when something goes wrong in the middle. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class BatchTest {
  private static PoolSpec<String, Integer> shells(int workers) {
    return WorkerPool.<String, Integer>of(Workers.shell(), Integer.class).size(workers);
  }

  /** That one, and more behind it than are under way at once. */
  private static List<String> more(String first) {
    List<String> inputs = new ArrayList<>(List.of(first));
    inputs.addAll(Collections.nCopies(100, "pid"));
    return inputs;
  }

  @Test
  void inOrder_oneFails_endsThere() {
    try (WorkerPool<String, Integer> pool = shells(2).open()) {
      Iterator<@Nullable Integer> answers = pool.inOrder(more("error")).iterator();
      assertThatThrownBy(answers::next).isInstanceOf(CallFailedException.class);
      assertThat(answers.hasNext()).as("an answer behind the gap").isFalse();
    }
  }

  @Test
  void asCompleted_whoGetsThemFails_endsThere() {
    try (WorkerPool<String, Integer> pool = shells(2).open()) {
      Spliterator<Completed<String, Integer>> answers = pool.asCompleted(more("pid")).spliterator();
      assertThatThrownBy(() ->
              answers.tryAdvance(one -> {
                throw new IllegalStateException("on purpose");
              }))
          .hasMessage("on purpose");
      Workers.await("all have ended", () -> pool.callCounts().answered() > 0);
      assertThat(answers.tryAdvance(one -> {})).isFalse();
    }
  }

  @Test
  void asCompleted_noRoomUntilTheDeadline_isAFailureOfThatCall() throws Exception {
    CallOptions soon = CallOptions.DEFAULT.deadline(Duration.ofMillis(200));
    PoolSpec<String, Integer> spec =
        shells(1).queue(1, WhenQueueFull.BLOCK).calls(soon).closeLimit(Duration.ZERO);
    try (WorkerPool<String, Integer> pool = spec.open()) {
      pool.pause();
      CompletableFuture<@Nullable Integer> first = pool.submit("pid", CallOptions.DEFAULT);
      assertThat(pool.asCompleted(List.of("one", "two")).toList())
          .hasSize(2)
          .allSatisfy(one ->
              assertThat(((Completed.Failed<String, Integer>) one).reason())
                  .isInstanceOf(CallDeadlineException.class));
      assertThat(first).isNotDone();
    }
  }

  @Test
  void inOrder_asManyAheadAsThereAreNumbers_answersAll() {
    try (WorkerPool<String, Integer> pool = shells(1).ahead(Integer.MAX_VALUE).open()) {
      assertThat(pool.inOrder(List.of("pid", "pid", "pid"))).hasSize(3);
    }
  }
}
