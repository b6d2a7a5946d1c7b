package dev.brood.workers.channel;

import dev.brood.process.internal.io.MessageSocket;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** How a pool uses a channel: it asks. Made for the package {@code pool}. Thread-safe. */
public final class CallLink {
  private final Outbox outbox;
  private final FrameWriter frames;
  private final MessageSocket socket;
  private final Requests requests;
  private final ReadingTurn turn;
  private final Receiving receiving;
  private volatile @Nullable Outgoing lastAsked;

  CallLink(
      Outbox outbox,
      FrameWriter frames,
      MessageSocket socket,
      Requests requests,
      ReadingTurn turn,
      Receiving receiving) {
    this.outbox = outbox;
    this.frames = frames;
    this.socket = socket;
    this.requests = requests;
    this.turn = turn;
    this.receiving = receiving;
  }

  /**
   * Questions that go together, with one write: see {@link Questions}.
   *
   * @param readsItself whether the calling thread will {@link #readUntil} at once
   */
  public Questions questions(boolean readsItself) {
    return new Questions(this, frames, requests, readsItself);
  }

  /** Sends what was gathered; {@code readsItself} as above. */
  void send(Outgoing questions, boolean readsItself) {
    lastAsked = questions;
    boolean unused = outbox.send(questions, Duration.ZERO);
    if (!readsItself) {
      turn.readAtOnce();
    }
  }

  /**
   * Waits that long, or until {@code done} is. If nobody else reads the channel, this thread does
   * so meanwhile, which saves waking another; it does not notice then that {@code done} is unless
   * something arrives.
   */
  public void readUntil(Future<?> done, Duration limit) throws InterruptedException {
    receiving.await(done, limit.toNanos());
  }

  /**
   * Whether the peer is gone and has not read the whole of what was asked last, so that it cannot
   * have begun with it; known when the channel has ended. False may also mean that nobody knows:
   * the end of a socket tells whether something is unread, which could be what was sent after it.
   */
  public boolean lastUnread() {
    Outgoing last = lastAsked;
    return last != null && (last.left() > 0 || socket.unreadByPeer() && outbox.isLastSent(last));
  }

  /** Nobody wants it. */
  static void drop(Message message) {
    message.discard();
    if (!message.isRequest()) {
      return;
    }
    try {
      message.replyError("nobody answers requests here");
    } catch (WorkersException e) {
      System.getLogger("dev.brood.workers").log(Level.DEBUG, "nobody to tell: {0}", e.getMessage());
    }
  }
}
