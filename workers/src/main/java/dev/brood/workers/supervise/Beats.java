package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/** The signs of life that a child gives by itself. Thread-safe. */
final class Beats {
  private Duration silence;
  private long count;
  private long seen;
  private boolean triggered;

  /**
   * None yet.
   *
   * @param silence the longest time without one
   */
  Beats(Duration silence) {
    this.silence = silence;
  }

  /** One more. */
  synchronized void beat() {
    count++;
    notifyAll();
  }

  /** The child asks to be taken for silent. */
  synchronized void trigger() {
    triggered = true;
    notifyAll();
  }

  /** The child has another idea of how often it beats. */
  synchronized void silence(Duration time) {
    silence = time;
    notifyAll();
  }

  /** Passes with the next beat that was not looked at; fails if none comes in time from now. */
  synchronized ProbeResult awaitNext() throws InterruptedException {
    long begin = System.nanoTime();
    while (count == seen && !triggered) {
      long left = NANOSECONDS.convert(silence) - (System.nanoTime() - begin);
      if (left <= 0) {
        return new ProbeResult.Failed("no WATCHDOG=1 for " + Durations.text(silence));
      }
      NANOSECONDS.timedWait(this, left);
    }
    seen = count;
    if (triggered) {
      triggered = false;
      return new ProbeResult.Failed("it sent WATCHDOG=trigger");
    }
    return new ProbeResult.Passed();
  }
}
