package dev.brood.workers.cluster;

import dev.brood.process.internal.io.Listener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.ZoneId;

/** Accepts for one socket, as long as there is room for what is accepted. */
final class AcceptLoop implements Runnable {
  private static final Duration PAUSE = Duration.ofMillis(100);

  static {
    // The first line of java.util.logging reads the time zones from a file. When no descriptor is
    // left it is too late for that, and the class that could not be set up is broken for good.
    ZoneId unused = ZoneId.systemDefault();
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

  /** On a thread of its own: where a descriptor is missing a logger may fail, and this goes on. */
  private void warn(String what) {
    Thread.ofVirtual()
        .name("brood-cluster-warning")
        .start(() ->
            System.getLogger("dev.brood.workers").log(Level.WARNING, point.key() + ": " + what));
  }
}
