package dev.brood.workers.supervise;

import dev.brood.workers.channel.WorkersException;

/** A call was not made: too many before it have failed. */
public final class CircuitOpenException extends WorkersException {
  private static final long serialVersionUID = 1;

  CircuitOpenException(String message) {
    super(message);
  }
}
