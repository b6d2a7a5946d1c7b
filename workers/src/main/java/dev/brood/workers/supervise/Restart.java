package dev.brood.workers.supervise;

/** Whether a child that ends is started again. */
public enum Restart {
  /** Always, also after a success. */
  PERMANENT,
  /** After a failure only: see {@link ChildSpec#success}. */
  TRANSIENT,
  /** Never, not even when the others are restarted. */
  TEMPORARY;

  boolean follows(boolean success) {
    return switch (this) {
      case PERMANENT -> true;
      case TRANSIENT -> !success;
      case TEMPORARY -> false;
    };
  }
}
