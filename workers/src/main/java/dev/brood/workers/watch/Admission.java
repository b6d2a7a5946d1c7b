package dev.brood.workers.watch;

import dev.brood.process.Child;
import java.time.Duration;
import java.util.List;

/**
 * Says whether one more child may start now. Thread-safe, and quick: no call waits for anything but
 * a few reads of {@code /proc}.
 */
public interface Admission {
  /**
   * Asks for one more child. What is admitted counts as starting from this moment on, until its
   * ticket is closed.
   *
   * @param kind what sort of work it is, such as {@code "resize"}: what children of one kind were
   *     seen to need is expected of the next one
   */
  Decision mayStart(String kind);

  /** One that never refuses. */
  static Admission always() {
    return kind -> new Admitted(Ticket.IGNORED);
  }

  /** The answer. Immutable. */
  sealed interface Decision {}

  /** It may start. The ticket has to be closed when it has ended or could not be started. */
  record Admitted(Ticket ticket) implements Decision {}

  /**
   * It may not start now.
   *
   * @param reasons every one that there is, at least one
   * @param askAgainAfter earlier the answer is the same, unless another child ends before
   */
  record Refused(List<Refusal> reasons, Duration askAgainAfter) implements Decision {
    /** Copies the list. */
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }

  /** The place of one admitted child. Thread-safe. */
  interface Ticket extends AutoCloseable {
    /** The ticket of an {@link Admission#always}. */
    Ticket IGNORED =
        new Ticket() {
          @Override
          public void started(Child child) {}

          @Override
          public void close() {}
        };

    /**
     * Says which child was started with it. Its memory is measured from then on, and its end closes
     * the ticket.
     *
     * @throws IllegalStateException if that was said before, the ticket is closed, or the child
     *     cannot be measured: what measures is closed, or measures as many as it may. The child
     *     runs on then, and the ticket stays as it is
     */
    void started(Child child);

    /** Gives the place back. Idempotent. */
    @Override
    void close();
  }
}
