package dev.brood.workers.channel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Told of internal messages that are not the channel's own business: those of {@code cluster}. */
@FunctionalInterface
public interface InternalHandler {
  /**
   * Called on the channel's reading thread, so it must not wait for anything.
   *
   * @param handle the descriptor that came along, which is the callee's; null if none
   */
  void handle(Map<?, ?> message, @Nullable Handle handle);
}
