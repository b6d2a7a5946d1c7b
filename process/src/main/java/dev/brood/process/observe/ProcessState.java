package dev.brood.process.observe;

/** What a process is doing; the letters are those of proc_pid_stat(5) and ps(1). */
public enum ProcessState {
  /** Running, or ready to run. */
  RUNNING('R'),
  /** Waiting for an event; a signal wakes it. */
  SLEEPING('S'),
  /** Waiting in the kernel, mostly for a disk; signals, SIGKILL included, wait too. */
  BLOCKED('D'),
  /** A kernel thread that has nothing to do. */
  IDLE('I'),
  /** Stopped by a signal; SIGCONT lets it go on. */
  STOPPED('T'),
  /** Stopped by a debugger. */
  TRACED('t'),
  /** Ended, and not yet reaped by its parent. */
  ZOMBIE('Z'),
  /** About to vanish. */
  DEAD('X'),
  /** A letter that this version does not know. */
  OTHER('?');

  private final char letter;

  ProcessState(char letter) {
    this.letter = letter;
  }

  /** {@return the letter that ps(1) shows for it} */
  public char letter() {
    return letter;
  }

  static ProcessState of(char letter) {
    for (ProcessState state : values()) {
      if (state.letter == letter) {
        return state;
      }
    }
    return OTHER;
  }
}
