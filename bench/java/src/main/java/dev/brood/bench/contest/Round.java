package dev.brood.bench.contest;

/** One round of a measure. */
interface Round {
  Figures run() throws Exception;
}
