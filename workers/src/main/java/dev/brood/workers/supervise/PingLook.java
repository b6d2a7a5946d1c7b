package dev.brood.workers.supervise;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.RequestTimeoutException;
import dev.brood.workers.channel.WorkersException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Looks at a child by asking it. */
final class PingLook {
  private static final Map<String, String> HEALTH_CHECK = Map.of("type", "health_check");

  private PingLook() {}

  /** Passes if it answers, with whatever value. */
  static ProbeResult ask(Optional<Channel> channel, Duration limit) throws InterruptedException {
    if (channel.isEmpty()) {
      return new ProbeResult.Failed("it has no channel to be asked on");
    }
    try {
      channel.get().request(HEALTH_CHECK, limit).handle().ifPresent(Handle::close);
      return new ProbeResult.Passed();
    } catch (RequestTimeoutException e) {
      return new ProbeResult.Failed("no answer within " + Durations.text(limit));
    } catch (WorkersException e) {
      return new ProbeResult.Failed(String.valueOf(e.getMessage()));
    }
  }
}
