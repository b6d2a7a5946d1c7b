package dev.brood.workers.pool;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * One worker of a pool at one moment. Immutable.
 *
 * @param number no other worker of the pool ever has it
 * @param slot which place it has, from 0 up
 * @param pid its process; empty before its start
 * @param phase what it is doing
 * @param running how many calls it has been sent and has not answered
 * @param calls how many calls it has been sent in all
 * @param age how long ago it was started
 */
public record Worker(
    int number, int slot, OptionalLong pid, Phase phase, int running, long calls, Duration age) {
  /** From the start of a worker to its end, in this order. */
  public enum Phase {
    /** It has not come up yet. */
    STARTING,
    /** It takes calls. */
    SERVING,
    /** It takes no more calls, and finishes those it has. */
    RETIRING,
    /** It is being stopped. */
    STOPPING
  }
}
