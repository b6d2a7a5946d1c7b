package dev.brood.workers.channel;

import dev.brood.process.internal.io.MessageSocket;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** How a pool uses a channel: it asks. Made for the package {@code pool}. Thread-safe. */
public final class CallLink {
  private final Channel channel;
  private final MessageSocket socket;
  private final Requests requests;
  private final ReadingTurn turn;
  private final Receiving receiving;

  CallLink(
      Channel channel,
      MessageSocket socket,
      Requests requests,
      ReadingTurn turn,
      Receiving receiving) {
    this.channel = channel;
    this.socket = socket;
    this.requests = requests;
    this.turn = turn;
    this.receiving = receiving;
  }

  /**
   * Asks, without any wait.
   *
   * @param readsItself whether the calling thread will {@link #readUntil} at once
   * @return fails with {@link RequestFailedException} if the peer answers with an error, and with
   *     {@link ChannelClosedException} if the channel ends before; bounding the wait is left to the
   *     caller
   * @throws ChannelFullException if there is no room now; nothing was sent
   * @throws ChannelClosedException if nothing can be sent any more; nothing was
   * @throws EncodingException if the body cannot be written
   * @throws MessageTooLargeException if it is longer than the limit
   */
  public CompletableFuture<Message> ask(@Nullable Object body, boolean readsItself) {
    int id = requests.next();
    CompletableFuture<Message> reply = requests.await(id);
    boolean sent = false;
    try {
      boolean unused = channel.send(Channel.envelope("request", id, "body", body), Duration.ZERO);
      sent = true;
    } finally {
      if (!sent) {
        requests.forget(id);
      }
    }
    if (!readsItself) {
      turn.readAtOnce();
    }
    return reply;
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
   * have begun with it; known when the channel has ended. False may also mean that nobody knows.
   */
  public boolean lastUnread() {
    return socket.unreadByPeer();
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
