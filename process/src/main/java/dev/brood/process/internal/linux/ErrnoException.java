package dev.brood.process.internal.linux;

/**
 * A system call failed where no caller can go on; always translated before it leaves the module.
 */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int number;

  /** {@code call} failed with errno {@code number}. */
  public ErrnoException(String call, int number) {
    super(call + ": " + Errno.describe(number));
    this.number = number;
  }

  public int number() {
    return number;
  }
}
