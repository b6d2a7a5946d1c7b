package dev.brood.process;

/** Who ended a child. */
public enum Cause {
  /** The child itself, or somebody outside this JVM. */
  SELF("by itself"),
  /** A call of {@link Child#stop}, {@link Child#kill} or {@link Child#close}. */
  STOPPED("stopped"),
  /** Its {@link Command#deadline}. */
  DEADLINE("its deadline"),
  /** Its {@link Command#idleLimit}. */
  IDLE("its idle limit"),
  /**
   * Its {@link Command#cancelOn}, an interrupt of the waiting thread, or a failed sink or source.
   */
  CANCELLED("cancelled"),
  /** Its output was larger than the limit of a capture. */
  OUTPUT_LIMIT("its output limit"),
  /** This JVM is shutting down. */
  PARENT_EXIT("its parent's exit");

  private final String text;

  Cause(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
