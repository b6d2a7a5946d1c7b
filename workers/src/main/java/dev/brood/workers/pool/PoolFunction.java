package dev.brood.workers.pool;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a Java worker does with each call: a lambda, say. Where it is taken to another JVM, it and
 * what it captures are serialized.
 *
 * @param <I> what a call is given
 * @param <O> what it is answered with
 */
@FunctionalInterface
public interface PoolFunction<I, O> extends Serializable {
  /** Answers one call. What it throws is the error that the caller sees. */
  @Nullable O apply(I input) throws Exception;
}
