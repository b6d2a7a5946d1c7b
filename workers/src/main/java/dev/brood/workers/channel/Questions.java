package dev.brood.workers.channel;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Some requests that are sent with one write. Made for the package {@code pool}, see {@link
 * CallLink#questions}. For one thread, and to be sent once.
 */
public final class Questions {
  private final Outbox outbox;
  private final FrameWriter writer;
  private final Requests requests;
  private final Runnable whenSent;
  private final List<byte[]> frames = new ArrayList<>();
  private final List<Integer> ids = new ArrayList<>();
  private int bytes;

  Questions(Outbox outbox, FrameWriter writer, Requests requests, Runnable whenSent) {
    this.outbox = outbox;
    this.writer = writer;
    this.requests = requests;
    this.whenSent = whenSent;
  }

  /**
   * One more.
   *
   * @return fails with {@link RequestFailedException} if the peer answers with an error, and with
   *     {@link ChannelClosedException} if the channel ends before; bounding the wait is left to the
   *     caller
   * @throws EncodingException if the body cannot be written; the others are not touched by that
   * @throws MessageTooLargeException if it is longer than the limit; as before
   */
  public CompletableFuture<Message> add(@Nullable Object body) {
    int id = requests.next();
    byte[] frame = writer.frame(Channel.envelope("request", id, "body", body));
    frames.add(frame);
    bytes += frame.length;
    ids.add(id);
    return requests.await(id);
  }

  /** How many bytes they are. */
  public int bytes() {
    return bytes;
  }

  /**
   * Sends them, without any wait.
   *
   * @throws ChannelFullException if there is no room now; nothing was sent
   * @throws ChannelClosedException if nothing can be sent any more; nothing was, or only part of a
   *     single one
   */
  public void send() {
    Outgoing all = Outgoing.message(joined(), null);
    boolean sent = false;
    try {
      boolean unused = outbox.send(all, Duration.ZERO);
      sent = true;
    } catch (ChannelClosedException e) {
      sent = all.sent > 0 && frames.size() > 1; // then the peer may have read some before it went
      if (!sent) {
        throw e;
      }
    } finally {
      if (!sent) {
        ids.forEach(requests::forget);
      }
    }
    whenSent.run();
  }

  private byte[] joined() {
    if (frames.size() == 1) {
      return frames.getFirst();
    }
    ByteBuffer all = ByteBuffer.allocate(bytes);
    frames.forEach(all::put);
    return all.array();
  }
}
