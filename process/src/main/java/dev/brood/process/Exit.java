package dev.brood.process;

/** How a process ended: by itself with a code, or by a signal. The two are never mixed up. */
public sealed interface Exit {
  /**
   * It ended by itself.
   *
   * @param code 0 to 255
   */
  record Exited(int code) implements Exit {
    @Override
    public String toString() {
      return "exit code " + code;
    }
  }

  /**
   * A signal ended it.
   *
   * @param coreDumped whether the kernel wrote a core file
   */
  record Signaled(Signal signal, boolean coreDumped) implements Exit {
    @Override
    public String toString() {
      return "signal " + signal + (coreDumped ? " (core dumped)" : "");
    }
  }

  /** Whether it is exit code 0. */
  default boolean success() {
    return this instanceof Exited(int code) && code == 0;
  }

  /** The one number that a shell makes of it: the code, or 128 and the signal's number. */
  default int shellCode() {
    return switch (this) {
      case Exited(int code) -> code;
      case Signaled(Signal signal, boolean core) -> 128 + signal.number();
    };
  }
}
