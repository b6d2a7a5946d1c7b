package dev.brood.workers.supervise;

import dev.brood.process.Child;
import dev.brood.process.StopReport;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;

/** A started process under supervision, with or without a channel. */
sealed interface Supervised {
  /** Without a channel. */
  record Plain(Child child) implements Supervised {
    @Override
    public ProbedChild probed() {
      return ProbedChild.of(child);
    }

    @Override
    public StopReport stop(Duration grace) {
      return child.stop(grace);
    }

    @Override
    public void close() {
      child.close();
    }
  }

  /** With a channel. */
  record Forked(ForkedChild fork) implements Supervised {
    @Override
    public Child child() {
      return fork.child();
    }

    @Override
    public ProbedChild probed() {
      return ProbedChild.of(fork);
    }

    @Override
    public StopReport stop(Duration grace) {
      return fork.stop(grace);
    }

    @Override
    public void close() {
      fork.close();
    }
  }

  /** The process. */
  Child child();

  /** What the probes see of it. */
  ProbedChild probed();

  /** Asks it to end, and makes it end; see {@link ForkedChild#stop(Duration)}. */
  StopReport stop(Duration grace);

  /** Lets go of its streams, its channel and what is left of its tree. */
  void close();
}
