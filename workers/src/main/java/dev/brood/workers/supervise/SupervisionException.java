package dev.brood.workers.supervise;

import dev.brood.workers.channel.WorkersException;

/** A supervisor cannot do what was asked: no such child, or not in its state. Nothing changed. */
public final class SupervisionException extends WorkersException {
  private static final long serialVersionUID = 1;

  SupervisionException(String message) {
    super(message);
  }
}
