package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Watch;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.linux.WaitRecord;

/** Waits for a child of the engine's own, reaps it and does something then, on the reactor. */
final class PidWatch extends Watch {
  private final int pidfd;
  private final Runnable ended;

  private PidWatch(int pidfd, Runnable ended) {
    super(pidfd);
    this.pidfd = pidfd;
    this.ended = ended;
  }

  static void start(int pidfd, Runnable ended) {
    Reactor.shared().add(new PidWatch(pidfd, ended), Epoll.IN);
  }

  @Override
  protected void ready(int events) {
    WaitRecord record = new WaitRecord();
    if (Pids.reap(pidfd, record) == 0 && !record.ended()) {
      return; // a tracer hides it yet, ptrace(2): waits for the next event
    }
    Reactor.shared().remove(this);
    Descriptors.close(pidfd);
    ended.run();
  }

  @Override
  protected void broken(Throwable reason) {
    Reactor.shared().remove(this);
  }
}
