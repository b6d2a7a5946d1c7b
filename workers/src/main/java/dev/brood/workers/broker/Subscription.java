package dev.brood.workers.broker;

import java.time.Duration;

/**
 * A subscription of this process: its handler gets what is published, on one virtual thread, in
 * order. It has a queue of its own, bounded in messages. Thread-safe.
 */
public final class Subscription implements AutoCloseable {
  private final Roster roster;
  private final TopicPattern pattern;
  private final LocalSubscriber subscriber;

  Subscription(Roster roster, TopicPattern pattern, LocalSubscriber subscriber) {
    this.roster = roster;
    this.pattern = pattern;
    this.subscriber = subscriber;
  }

  /** What it has subscribed to. */
  public String pattern() {
    return pattern.toString();
  }

  /** Whether it still gets messages: not closed, by whomever. */
  public boolean isOpen() {
    return subscriber.isReachable();
  }

  /**
   * Waits until the handler has been through with all that was published: before {@link #close}, to
   * lose nothing. Not for the handler itself, which would wait for its own end.
   *
   * @param limit how long at most; not positive: only looks
   * @return false if the time is up before, or it ends meanwhile
   * @throws InterruptedException if the thread is interrupted; nothing is lost by that
   */
  public boolean drain(Duration limit) throws InterruptedException {
    return subscriber.queue().awaitIdle(limit);
  }

  /**
   * Ends it: the handler is not entered any more after a message that it is at. What waits goes to
   * the others of its group, or is a dead letter. Idempotent.
   */
  @Override
  public void close() {
    roster.end(subscriber);
  }
}
