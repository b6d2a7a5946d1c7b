package dev.brood.workers.pool;

import dev.brood.workers.channel.CallLink;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.Questions;
import dev.brood.workers.pool.CoreEffect.Manner;
import dev.brood.workers.pool.CoreEvent.Obstacle;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The calls that are sent after one step of {@link PoolCore}: those to one worker go with one
 * write. For one thread at a time.
 */
final class Sends {
  /** From here on they go without waiting for more. */
  private static final int ENOUGH_BYTES = 64 * 1024;

  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final Map<PooledChild, Together> open = new LinkedHashMap<>();
  private final Consumer<CoreEvent> problems;

  /**
   * @param problems is told what could not be sent
   */
  Sends(Consumer<CoreEvent> problems) {
    this.problems = problems;
  }

  /** Calls to one worker. */
  private record Together(CallLink link, Questions questions, List<Call> calls) {
    static Together of(CallLink link, boolean readsItself) {
      return new Together(link, link.questions(readsItself), new ArrayList<>());
    }
  }

  /** One more. */
  void add(PooledChild child, CallLink link, Call call) {
    boolean readsItself = call.caller == Thread.currentThread();
    Together together = open.computeIfAbsent(child, it -> Together.of(link, readsItself));
    CompletableFuture<Message> reply;
    try {
      reply = together.questions.add(call.input);
    } catch (RuntimeException | Error e) { // an input that cannot be written, in whatever way
      problems.accept(new CoreEvent.NotWritable(child.member(), call, new CallNotSentException(e)));
      return;
    }
    call.asked = new Call.Asked(link, reply);
    child.expect(call, reply);
    together.calls.add(call);
    if (together.questions.bytes() >= ENOUGH_BYTES) {
      open.remove(child);
      send(child, together);
    }
  }

  /** Nothing waits any more. */
  void flush() {
    if (!open.isEmpty()) {
      open.forEach(this::send);
      open.clear();
    }
  }

  private void send(PooledChild child, Together together) {
    if (together.calls.isEmpty()) {
      return;
    }
    try {
      if (!together.questions.send()) {
        child.stop(Manner.NOW); // most likely it has ended already; what it had read is not known
      }
    } catch (ChannelFullException e) {
      notSent(child, together, Obstacle.FULL);
    } catch (ChannelClosedException e) {
      notSent(child, together, Obstacle.CLOSED);
    } catch (RuntimeException | Error e) { // no memory, say: what it has got is not known
      LOGGER.log(
          Level.ERROR, "worker " + child.member().id + " is stopped: it cannot be written to", e);
      child.stop(Manner.NOW);
    }
  }

  private void notSent(PooledChild child, Together together, Obstacle obstacle) {
    for (Call call : together.calls.reversed()) {
      call.asked = null; // no reply will come
      problems.accept(new CoreEvent.NotSent(child.member(), call, obstacle));
    }
  }
}
