package dev.brood.workers.cluster;

import dev.brood.process.internal.io.BackgroundLog;
import dev.brood.process.internal.io.Listener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** Accepts for one socket, as long as there is room for what is accepted. */
final class AcceptLoop implements Runnable {
  private static final Duration PAUSE = Duration.ofMillis(100);

  static {
    BackgroundLog.prepare("dev.brood.workers"); // for when no descriptor is left
  }

  private final Primary primary;
  private final RoundRobin point;
  private final Listener listener;
  private int failures;

  AcceptLoop(Primary primary, RoundRobin point, Listener listener) {
    this.primary = primary;
    this.point = point;
    this.listener = listener;
  }

  @Override
  public void run() {
    try {
      while (primary.awaitRoom(point)) {
        accept();
      }
    } catch (ClosedChannelException | InterruptedException e) {
      // The primary has closed the socket; nobody has this thread to interrupt it.
    }
  }

  private void accept() throws ClosedChannelException, InterruptedException {
    try {
      primary.accepted(point, new Connection(listener.accept(0)));
      failures = 0;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) { // no descriptor left: the kernel keeps it for us
      if (Integer.bitCount(++failures) == 1) {
        warn(e.getMessage() + " (number " + failures + ")");
      }
      primary.pause(point, PAUSE);
    }
  }

  /** In the background: where a descriptor is missing a logger may fail, and this goes on. */
  private void warn(String what) {
    BackgroundLog.log("dev.brood.workers", Level.WARNING, point.key() + ": " + what);
  }
}
