package dev.brood.workers.channel;

import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of a {@link UnixClient}, one after the other, on its own virtual thread,
 * until the client is closed or it has to give up.
 */
final class Reconnecting implements Runnable {
  private final Path path;
  private final UnixClientOptions options;
  private final CurrentChannel current;
  private final Consumer<Channel> prepare;
  private final Consumer<ConnectionEvent> events;

  /**
   * Makes one.
   *
   * @param prepare sets the handlers of a new channel
   */
  Reconnecting(
      Path path,
      UnixClientOptions options,
      CurrentChannel current,
      Consumer<Channel> prepare,
      Consumer<ConnectionEvent> events) {
    this.path = path;
    this.options = options;
    this.current = current;
    this.prepare = prepare;
    this.events = events;
  }

  @Override
  public void run() {
    try {
      connectAgainAndAgain();
    } catch (InterruptedException e) {
      log("interrupted, so there is no further attempt", e); // a handler of events has done it
    } finally {
      current.end("no further attempts"); // if nobody has said why before
    }
  }

  private void connectAgainAndAgain() throws InterruptedException {
    int failures = 0;
    while (current.isLiving()) {
      long began = System.nanoTime();
      String reason = connected();
      boolean lasted =
          reason == null && System.nanoTime() - began > options.reconnect().longest().toNanos();
      failures = lasted ? 0 : failures + 1;
      if (!current.isLiving()) {
        return;
      }
      boolean last = failures >= options.reconnect().attempts();
      Duration pause =
          last ? Duration.ZERO : options.reconnect().pause(failures, ThreadLocalRandom.current());
      if (reason == null) {
        tell(new ConnectionEvent.Lost());
      } else {
        tell(new ConnectionEvent.Failed(failures, reason, pause));
      }
      if (last) {
        giveUp(failures);
        return;
      }
      current.pause(pause);
    }
  }

  private void giveUp(int failures) {
    String why = "%d attempts in a row failed".formatted(failures);
    current.end(path + " cannot be reached: " + why);
    tell(new ConnectionEvent.GaveUp(why));
  }

  /** Connects and stays until the connection is lost: null; or why there was none. */
  private @Nullable String connected() throws InterruptedException {
    Channel channel;
    try (Handle handle = Handle.connect(UnixDomainSocketAddress.of(path), options.connectLimit())) {
      Peer server = Peer.of(handle.descriptor());
      if (!options.trust().test(server)) {
        return "the server is process %d of user %d, which is not trusted"
            .formatted(server.pid(), server.uid());
      }
      channel = Channel.adopt(handle.release(), options.channel(), "brood-client " + path);
      prepare.accept(channel);
      if (!current.begin(channel)) {
        return null;
      }
      tell(new ConnectionEvent.Connected(server));
    } catch (HandleException e) {
      return String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      return "the choice of servers failed: " + e;
    }
    try {
      channel.onDisconnect().get();
    } catch (ExecutionException e) {
      log("the end of a connection could not be awaited", e);
    } finally {
      current.lost(channel);
    }
    return null;
  }

  private void tell(ConnectionEvent event) {
    try {
      events.accept(event);
    } catch (RuntimeException e) {
      log("the handler of events failed", e);
    }
  }

  private void log(String what, Exception e) {
    System.getLogger("dev.brood.workers").log(Level.ERROR, path + ": " + what, e);
  }
}
