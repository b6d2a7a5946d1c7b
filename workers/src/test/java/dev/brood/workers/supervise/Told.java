package dev.brood.workers.supervise;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Listens to a supervisor and waits for what it tells. */
final class Told implements Consumer<SupervisorEvent> {
  private static final long LIMIT_SECONDS = 30;

  private final LinkedBlockingQueue<SupervisorEvent> queue = new LinkedBlockingQueue<>();
  private final List<SupervisorEvent> seen = new ArrayList<>();

  @Override
  public void accept(SupervisorEvent event) {
    queue.add(event);
  }

  /** The next event of a kind about a child. */
  <T extends SupervisorEvent.OfChild> T next(Class<T> kind, String child)
      throws InterruptedException {
    return kind.cast(
        next(event -> kind.isInstance(event) && kind.cast(event).child().equals(child)));
  }

  /** The next event that is like this. */
  SupervisorEvent next(Predicate<SupervisorEvent> wanted) throws InterruptedException {
    while (true) {
      SupervisorEvent event = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("not told in " + LIMIT_SECONDS + " s; told: " + seen);
      }
      seen.add(event);
      if (wanted.test(event)) {
        return event;
      }
    }
  }

  /** What was told of a kind about children so far, those passed over by {@link #next} included. */
  <T extends SupervisorEvent.OfChild> List<String> childrenOf(Class<T> kind) {
    queue.drainTo(seen);
    return seen.stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .map(event -> event.child())
        .toList();
  }
}
