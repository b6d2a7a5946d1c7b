package dev.brood.workers.supervise;

import dev.brood.process.Child;
import dev.brood.process.ChildOutput;
import dev.brood.process.Exit;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.ForkedChild;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the probes see of a child. */
interface ProbedChild {
  /** Its process id. */
  long pid();

  /** The channel to it, if it has one. */
  Optional<Channel> channel();

  /** Completed when it has ended. */
  CompletableFuture<Exit> onExit();

  /** What it writes to a further descriptor, see {@link Child#output}. */
  ChildOutput output(int number);

  /** A child without a channel. */
  static ProbedChild of(Child child) {
    return new StartedChild(child, Optional.empty());
  }

  /** A child with a channel. */
  static ProbedChild of(ForkedChild fork) {
    return new StartedChild(fork.child(), Optional.of(fork.channel()));
  }

  /** A real one. */
  record StartedChild(Child child, Optional<Channel> channel) implements ProbedChild {
    @Override
    public long pid() {
      return child.pid();
    }

    @Override
    public CompletableFuture<Exit> onExit() {
      return child.onExit();
    }

    @Override
    public ChildOutput output(int number) {
      return child.output(number);
    }
  }
}
