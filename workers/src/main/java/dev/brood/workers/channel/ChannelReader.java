package dev.brood.workers.channel;

import dev.brood.process.internal.io.MessageSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a channel: reads for as long as it lives, answers what the protocol wants
 * answered, and passes everything else on. Whoever waits for a message reads, see {@link
 * ReadingTurn}; otherwise a virtual thread does.
 */
final class ChannelReader implements Runnable, FrameSink {
  private static final int FIRST_BYTES = 16 * 1024;
  private static final int MOST_BYTES = 64 * 1024;

  private final Channel channel;
  private final MessageSocket socket;
  private final ReadingTurn turn;
  private final Dispatch dispatch;
  private final Arrivals arrivals;
  private final ArrivedDescriptors descriptors = new ArrivedDescriptors();
  private final SocketAccounts accounts;
  private final FrameDecoder decoder;

  /** This and the decoder belong to whose turn it is. */
  private byte[] buffer = new byte[FIRST_BYTES];

  private volatile boolean over;

  ChannelReader(
      Channel channel,
      MessageSocket socket,
      ReadingTurn turn,
      Dispatch dispatch,
      Arrivals arrivals) {
    this.channel = channel;
    this.socket = socket;
    this.turn = turn;
    this.dispatch = dispatch;
    this.arrivals = arrivals;
    this.accounts = new SocketAccounts(this::answerAccount);
    this.decoder = channel.options().codec().decoder(channel.options().messageLimitBytes());
  }

  /** Reads while nobody else does. */
  @Override
  public void run() {
    try {
      while (!over) {
        turn.awaitFree();
        dispatch.awaitRoom();
        readIfReady();
      }
    } catch (InterruptedException e) {
      end("closed"); // nobody has this thread to interrupt it
    }
  }

  /**
   * Reads to the end on this thread, a platform one, which waits in the kernel: nobody else has to
   * be woken for what comes.
   */
  void runAlone() {
    turn.takeForGood();
    try {
      while (!over) {
        dispatch.awaitRoom();
        boolean unused = read(Long.MAX_VALUE);
      }
    } catch (InterruptedException e) {
      end("closed"); // nobody has this thread to interrupt it
    } finally {
      turn.endOfReading();
    }
  }

  private void readIfReady() throws InterruptedException {
    IOException problem = null;
    try {
      socket.awaitReceivable(Long.MAX_VALUE);
    } catch (IOException e) {
      problem = e; // the next to wait learns it too; if that is not us, it ends the channel
    }
    if (turn.tryTake()) {
      try {
        if (!read(0) && problem != null) {
          end(problem);
        }
      } finally {
        turn.giveBack();
        if (turn.isForReceivers()) {
          dispatch.turnIsFree();
        }
      }
    }
  }

  /**
   * Reads what is there, and delivers it. Only for whose turn it is.
   *
   * @param waitNanos how long to wait if nothing is there
   * @return false if nothing came in that time
   */
  boolean read(long waitNanos) throws InterruptedException {
    if (over) {
      return true;
    }
    try {
      int count = socket.receive(buffer, descriptors, waitNanos);
      if (count == MessageSocket.WOULD_BLOCK) {
        return false;
      }
      if (count == MessageSocket.END) {
        end("the peer has disconnected");
        return true;
      }
      try {
        decoder.feed(buffer, 0, count, this);
      } finally {
        dispatch.delivered();
      }
      if (count == buffer.length && count < MOST_BYTES) {
        buffer = new byte[MOST_BYTES];
      }
    } catch (IOException e) {
      end(e);
    } catch (RuntimeException | Error e) { // out of memory above all: what was read is lost
      end("reading has failed: " + e);
      throw e;
    }
    return true;
  }

  private void end(IOException problem) {
    end(channel.isClosed() ? "closed" : String.valueOf(problem.getMessage()));
  }

  private void end(String reason) {
    over = true;
    descriptors.closeAll();
    channel.ended(reason);
  }

  @Override
  public void malformed(MalformedMessageException reason) {
    arrivals.addMalformed(reason);
  }

  @Override
  public void frame(@Nullable Object value, int bytes) {
    deliver(value, null, bytes);
  }

  private void deliver(@Nullable Object value, @Nullable Handle handle, int bytes) {
    String command = Internal.command(value);
    if (command == null || !(value instanceof Map<?, ?> map)) {
      arrivals.add(value, handle, bytes);
      return;
    }
    if (handle != null && Internal.CARRY_NO_HANDLE.contains(command)) {
      handle.close(); // what it came with is nobody's
    }
    switch (command) {
      case Internal.HANDLE -> arrivedWithHandle(map, bytes);
      case Internal.ACK -> acknowledged(true);
      case Internal.NACK -> acknowledged(false);
      case Internal.GET_COUNT -> withKey(map, accounts::count);
      case Internal.NOTIFY_CLOSE -> withKey(map, accounts::notifyClosed);
      default -> arrivals.addInternal(map, handle);
    }
  }

  private void arrivedWithHandle(Map<?, ?> envelope, int bytes) {
    int descriptor = descriptors.take();
    if (descriptors.takeLost()) {
      arrivals.addMalformed(
          new MalformedMessageException("descriptors came that had to be closed"));
    }
    if (descriptor < 0) {
      channel.answer(Internal.message(Internal.NACK));
      return;
    }
    channel.answer(Internal.message(Internal.ACK));
    Map<?, ?> innermost = HandleMessages.innermost(envelope);
    Handle handle = handle(descriptor, innermost);
    if (handle != null) {
      deliver(innermost.get("msg"), handle, bytes);
    }
  }

  private @Nullable Handle handle(int descriptor, Map<?, ?> envelope) {
    Handle.Kind kind = HandleMessages.kindOf(envelope);
    String key = envelope.get("key") instanceof String text ? text : null;
    Handle handle = Handle.received(descriptor, kind == null ? Handle.Kind.NATIVE : kind, key);
    if (kind == null) {
      handle.close();
      arrivals.addMalformed(
          new MalformedMessageException(
              "a descriptor of an unknown type: " + envelope.get("type")));
      return null;
    }
    if (key != null) {
      accounts.received(key);
      handle.onClose(() -> accounts.closed(key));
    }
    return handle;
  }

  private void acknowledged(boolean found) {
    if (!channel.acknowledged(found)) {
      arrivals.addMalformed(
          new MalformedMessageException("an acknowledgement although no descriptor is under way"));
    }
  }

  private void answerAccount(String command, String key, int count) {
    Map<String, @Nullable Object> answer = Internal.message(command);
    answer.put("key", key);
    if (command.equals(Internal.COUNT)) {
      answer.put("count", count);
    }
    try {
      channel.answer(answer);
    } catch (ChannelClosedException e) {
      System.getLogger("dev.brood.workers").log(Level.DEBUG, "nobody to tell: " + e.getMessage());
    }
  }

  private static void withKey(Map<?, ?> message, Consumer<String> action) {
    if (message.get("key") instanceof String key) {
      action.accept(key);
    }
  }
}
