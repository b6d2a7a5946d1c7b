package dev.brood.workers.pool;

import org.jspecify.annotations.Nullable;

/**
 * One call of many, when it is done. Immutable.
 *
 * @param <I> what it was given
 * @param <O> what it was to be answered with
 */
public sealed interface Completed<I, O> {
  /** What it was given. */
  I input();

  /** It has an answer. */
  record Answered<I, O>(I input, @Nullable O output) implements Completed<I, O> {}

  /** It has none. */
  record Failed<I, O>(I input, RuntimeException reason) implements Completed<I, O> {}
}
