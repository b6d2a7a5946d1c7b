package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers in Java, Node and Python: the same calls, the same answers. */
@Timeout(180)
class LanguagesPoolTest {
  private static final List<List<Integer>> INPUTS =
      IntStream.range(0, 500).mapToObj(i -> List.of(i, 1)).toList();

  /** What Java workers are asked. */
  record Sum(int left, int right) {}

  private static void answersAll(PoolSpec<List<Integer>, Integer> spec)
      throws InterruptedException {
    try (WorkerPool<List<Integer>, Integer> pool = spec.open()) {
      List<@Nullable Integer> sums = pool.inOrder(INPUTS).toList();
      assertThat(sums).containsExactlyElementsOf(IntStream.range(1, 501).boxed().toList());
      assertThat(pool.asCompleted(INPUTS))
          .hasSize(500)
          .allSatisfy(one -> {
            assertThat(one).isInstanceOf(Completed.Answered.class);
            assertThat(((Completed.Answered<List<Integer>, Integer>) one).output())
                .isEqualTo(one.input().getFirst() + 1);
          });
    }
  }

  @Test
  void node_plainMessages_answerCalls() throws InterruptedException {
    PoolSpec<List<Integer>, Integer> spec = WorkerPool.of(Workers.node(), Integer.class);
    answersAll(spec.size(2).callsPerWorker(8).awaitReady(Workers.LIMIT));
  }

  @Test
  void python_onRequest_answersCalls() throws InterruptedException {
    PoolSpec<List<Integer>, Integer> spec = WorkerPool.of(Workers.python(), Integer.class);
    answersAll(spec.size(2).awaitReady(Workers.LIMIT));
  }

  @Test
  void java_lambda_answersCallsWithRecords() throws InterruptedException {
    int extra = 1000; // goes along
    PoolSpec<Sum, Integer> spec =
        WorkerPool.java(
                Sum.class,
                Integer.class,
                sum -> extra + sum.left() + Math.divideExact(6, sum.right()))
            .program(fork -> fork.runtimeArguments("-Xmx64m"))
            .size(2)
            .ahead(8);
    try (WorkerPool<Sum, Integer> pool = spec.open()) {
      List<Sum> inputs = IntStream.range(0, 2_000).mapToObj(i -> new Sum(i, 3)).toList();
      List<@Nullable Integer> answers = pool.inOrder(inputs).toList();
      assertThat(answers).containsExactlyElementsOf(IntStream.range(1002, 3002).boxed().toList());
      assertThatThrownBy(() -> pool.call(new Sum(1, 0)))
          .isInstanceOf(CallFailedException.class)
          .hasMessageContaining("ArithmeticException");
    }
  }

  @Test
  void java_answerCannotBeWritten_isAnError() throws InterruptedException {
    PoolSpec<Integer, Object> spec =
        WorkerPool.java(Integer.class, Object.class, number -> number > 0 ? number : new Object());
    try (WorkerPool<Integer, Object> pool =
        spec.size(1).program(fork -> fork.runtimeArguments("-Xmx64m")).open()) {
      assertThatThrownBy(() -> pool.call(-1)).isInstanceOf(CallFailedException.class);
      assertThat(pool.call(5)).isEqualTo(5);
    }
  }

  /** Fails in one of the ways that a function can. */
  private static int fail(int way) throws InterruptedException {
    switch (way) {
      case 1 -> throw new AssertionError("an error");
      case 2 -> throw new IllegalStateException("long".repeat(50_000_000));
      case 3 -> throw new InterruptedException("interrupted");
      default -> {
        return way;
      }
    }
  }

  @Test
  void java_functionFailsInWhateverWay_isToldToTheCaller() throws InterruptedException {
    try (WorkerPool<Integer, Integer> pool =
        WorkerPool.java(Integer.class, Integer.class, LanguagesPoolTest::fail).size(1).open()) {
      assertThatThrownBy(() -> pool.call(1))
          .isInstanceOf(CallFailedException.class)
          .hasMessageContaining("an error");
      assertThat(pool.call(5)).isEqualTo(5);
      assertThatThrownBy(() -> pool.call(2))
          .isInstanceOfSatisfying(
              CallFailedException.class,
              failed -> assertThat(failed.workerMessage()).contains("long").hasSizeLessThan(9_000));
      assertThat(pool.call(6)).isEqualTo(6);
      assertThatThrownBy(() -> pool.call(3))
          .isInstanceOf(CallFailedException.class)
          .hasMessageContaining("interrupted");
      CallOptions again = CallOptions.DEFAULT.idempotent(true); // that worker ends with it
      assertThat(pool.call(7, again)).isEqualTo(7);
    }
  }
}
