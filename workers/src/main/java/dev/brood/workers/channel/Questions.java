package dev.brood.workers.channel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Some requests that are sent with one write. Made for the package {@code pool}, see {@link
 * CallLink#questions}. For one thread, and to be sent once.
 */
public final class Questions {
  private final CallLink link;
  private final FrameWriter writer;
  private final Requests requests;
  private final boolean readsItself;
  private final List<byte[]> frames = new ArrayList<>();
  private final List<Integer> ids = new ArrayList<>();
  private int bytes;

  Questions(CallLink link, FrameWriter writer, Requests requests, boolean readsItself) {
    this.link = link;
    this.writer = writer;
    this.requests = requests;
    this.readsItself = readsItself;
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
   * @return false if the peer has gone in the middle of them: it may have read some
   * @throws ChannelFullException if there is no room now; nothing was sent
   * @throws ChannelClosedException if nothing can be sent any more; nothing was
   */
  public boolean send() {
    Outgoing all = Outgoing.message(joined(), null);
    boolean kept = false;
    try {
      link.send(all, readsItself);
      kept = true;
      return true;
    } catch (ChannelClosedException e) {
      kept = all.sent > 0;
      if (kept) {
        return false;
      }
      throw e;
    } finally {
      if (!kept) {
        ids.forEach(requests::forget);
      }
    }
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
