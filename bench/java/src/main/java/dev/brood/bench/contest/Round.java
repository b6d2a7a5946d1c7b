package dev.brood.bench.contest;

/** One round of a measure. */
public interface Round {
  Figures run() throws Exception;
}
