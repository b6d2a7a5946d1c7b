package dev.brood.workers.watch;

import dev.brood.workers.watch.Refusal.Reason;
import java.util.Map;

/**
 * What the machine said at one moment. Immutable.
 *
 * @param memoryTotalBytes all memory, or the limit of the control group
 * @param memoryAvailableBytes what of it can still be used
 * @param percent the signals that this machine gives
 */
record MachineSignals(
    long memoryTotalBytes, long memoryAvailableBytes, Map<Reason, Double> percent) {
  MachineSignals {
    percent = Map.copyOf(percent);
  }
}
