package dev.brood.process;

import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** One transformation of a running pipeline, on a virtual thread. */
final class TransformRun implements Runnable {
  private final Transform transform;
  private final Command before;
  private final ChildOutput in;
  private final ChildInput out;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile Thread thread = Thread.currentThread();

  /**
   * @param before the command in front of it, for messages
   */
  TransformRun(Transform transform, Command before, ReadEnd in, WriteEnd out) {
    this.transform = transform;
    this.before = before;
    this.in = new ChildOutput(before, in);
    this.out = new ChildInput(before, out);
  }

  void start() {
    thread = Thread.ofVirtual().name("brood-transform").start(this);
  }

  /** Completed when it is through; exceptionally if it failed. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** Makes it end if it waits for anything. */
  void interrupt() {
    thread.interrupt();
  }

  void closeEnds() {
    if (in.exhausted()) {
      in.abandon(); // whoever still has the pipe is a stranger, and not to be killed by SIGPIPE
    } else {
      in.close();
    }
    out.close();
  }

  @Override
  public void run() {
    try {
      transform.run(in, out);
      closeEnds();
      done.complete(null);
    } catch (IOException | RuntimeException | Error e) { // whatever a user's code throws
      closeEnds();
      if (e instanceof StdioException s && s.reason() == StdioException.Reason.BROKEN_PIPE) {
        done.complete(null); // whoever reads it has enough, as with SIGPIPE
      } else {
        done.completeExceptionally(StdioException.transformFailed(before, e));
      }
    }
  }
}
