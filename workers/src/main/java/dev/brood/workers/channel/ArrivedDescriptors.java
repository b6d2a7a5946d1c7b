package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * Descriptors that have arrived and wait for the message that they belong to, first come first
 * served. A peer that sends descriptors without messages does not fill this process's table: {@link
 * #MOST} are kept. For one thread.
 */
final class ArrivedDescriptors implements IntConsumer {
  static final int MOST = 64;

  private final Deque<Integer> waiting = new ArrayDeque<>();
  private boolean lost;

  @Override
  public void accept(int descriptor) {
    if (descriptor < 0) {
      lost = true;
    } else if (waiting.size() == MOST) {
      Descriptors.close(descriptor);
      lost = true;
    } else {
      waiting.add(descriptor);
    }
  }

  /** The next descriptor; negative if there is none. */
  int take() {
    Integer next = waiting.poll();
    return next == null ? -1 : next;
  }

  /** Whether some had to be closed, or were not delivered, since the last call. */
  boolean takeLost() {
    boolean result = lost;
    lost = false;
    return result;
  }

  void closeAll() {
    waiting.forEach(Descriptors::close);
    waiting.clear();
  }
}
