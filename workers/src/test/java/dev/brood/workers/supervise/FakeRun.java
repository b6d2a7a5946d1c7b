package dev.brood.workers.supervise;

/** One run of a fake process. */
final class FakeRun {
  final String id;
  final int run;
  final long begunNanos;
  boolean started;
  boolean ready;
  boolean healthy;

  /** Whether the supervisor has asked it to end. */
  boolean asked;

  /** Whether it was told to be unfit, so that the supervisor has to end it. */
  boolean unfit;

  boolean over;

  FakeRun(String id, int run, long begunNanos) {
    this.id = id;
    this.run = run;
    this.begunNanos = begunNanos;
  }
}
