package dev.brood.workers.supervise;

/** Why a supervisor has ended. Immutable. */
public sealed interface SupervisorEnd {
  /** By a call, or with the supervisor above. */
  record Stopped() implements SupervisorEnd {
    @Override
    public String toString() {
      return "stopped";
    }
  }

  /** A child died, and its restart would have been one too many. */
  record IntensityExceeded(String child, Intensity intensity) implements SupervisorEnd {
    @Override
    public String toString() {
      return "more than %s, the last of %s".formatted(intensity, child);
    }
  }

  /** A significant child has ended, and {@link AutoShutdown} says that this is the end. */
  record SignificantEnded(String child) implements SupervisorEnd {
    @Override
    public String toString() {
      return child + ", which is significant, has ended";
    }
  }

  /** An error in its own thread: the log has it, and all children were killed. */
  record Broken() implements SupervisorEnd {
    @Override
    public String toString() {
      return "broken, see the log";
    }
  }

  /**
   * Whether it is no failure for the supervisor above. In OTP all three are the same {@code
   * shutdown}, so that a transient supervisor that failed is never restarted.
   */
  default boolean success() {
    return switch (this) {
      case Stopped _, SignificantEnded _ -> true;
      case IntensityExceeded _, Broken _ -> false;
    };
  }
}
