package dev.brood.bench.pool;

import dev.brood.workers.fork.Fork;
import dev.brood.workers.pool.PoolSpec;
import dev.brood.workers.pool.WorkerPool;
import java.time.Duration;
import java.util.Objects;

/** Pools of two workers that add two numbers. */
final class Adders {
  private static final int WORKERS = 2;
  private static final int AHEAD = 16;
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private Adders() {}

  /**
   * A pool that is up and has answered.
   *
   * @param language {@code java} or {@code node}
   */
  static WorkerPool<Sum, Integer> open(String language) throws InterruptedException {
    WorkerPool<Sum, Integer> pool = spec(language).size(WORKERS).open();
    Integer two = pool.call(new Sum(1, 1));
    if (!Integer.valueOf(2).equals(two)) {
      throw new IllegalStateException("1 + 1 = " + two);
    }
    return pool;
  }

  private static PoolSpec<Sum, Integer> spec(String language) {
    return switch (language) {
      case "java" ->
          WorkerPool.java(Sum.class, Integer.class, sum -> sum.left() + sum.right()).ahead(AHEAD);
      case "node" ->
          WorkerPool.<Sum, Integer>of(Fork.node(script("brood.js")), Integer.class)
              .awaitReady(START_LIMIT)
              .callsPerWorker(AHEAD);
      default -> throw new IllegalArgumentException("no worker in " + language);
    };
  }

  static String script(String name) {
    return Objects.requireNonNull(System.getProperty("bench.adders"), "bench.adders") + "/" + name;
  }
}
