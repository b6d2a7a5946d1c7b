package dev.brood.workers.pool;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a pool: a Java program that answers its calls. Any program does that answers the
 * requests of {@code sdk/PROTOCOL.md}; this is the shortest way for one in Java.
 */
public final class PoolChild {
  /** How long the parent may take to read an answer; after that it is gone or broken. */
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);

  /** How many characters of an error its caller is told. */
  private static final int MOST_TEXT = 8_000;

  private PoolChild() {}

  /**
   * Says that this program is ready and answers calls on this thread, one after the other, until
   * the parent disconnects. Whatever the function throws fails its call; an {@code
   * InterruptedException} also ends this method, and the channel with it.
   *
   * @throws IllegalStateException if this program was not started with a channel
   */
  public static <I, O> void serve(Class<I> inputType, PoolFunction<I, O> function)
      throws InterruptedException {
    Channel parent =
        Channel.parent()
            .orElseThrow(() -> new IllegalStateException("this program is started by a pool"));
    serve(parent, inputType, function);
  }

  static <I, O> void serve(Channel parent, Class<I> inputType, PoolFunction<I, O> function)
      throws InterruptedException {
    try {
      boolean unused = parent.send(Map.of("brood", "ready"));
      while (true) {
        Message message = parent.receive();
        if (message.isRequest()) {
          answer(message, inputType, function);
          // Written before the next call begins: whoever has asked relies on that.
          if (parent.queuedBytes() > 0 && !parent.flush(ANSWER_LIMIT)) {
            parent.close();
            return;
          }
        }
      }
    } catch (ChannelClosedException e) {
      // The parent has disconnected, or is gone.
    } finally {
      parent.disconnect(); // nobody answers any more
    }
  }

  private static <I, O> void answer(
      Message message, Class<I> inputType, PoolFunction<I, O> function)
      throws InterruptedException {
    @Nullable O answer;
    try {
      answer = function.apply(Values.as(message, inputType));
    } catch (InterruptedException e) {
      message.replyError(text(e));
      throw e;
    } catch (Exception | Error e) { // whatever it throws is its caller's
      message.replyError(text(e));
      return;
    }
    reply(message, answer);
  }

  private static void reply(Message message, @Nullable Object answer) {
    try {
      message.reply(answer);
    } catch (ChannelClosedException e) {
      throw e;
    } catch (RuntimeException | Error e) { // it cannot be written, or is too long
      message.replyError(text(e));
    }
  }

  private static String text(Throwable problem) {
    String text = problem.toString();
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + " ...";
  }
}
