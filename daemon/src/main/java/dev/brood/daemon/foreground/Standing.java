package dev.brood.daemon.foreground;

/** How an instance stands when {@code up} ends, in the order of the last line. */
enum Standing {
  /** Never started, or it could not be. */
  NOT_STARTED("not started"),
  /** Ended by itself, with an exit code that is a success. */
  SUCCEEDED("succeeded"),
  /** Ended by itself otherwise, or by us because it was not ready or not well. */
  FAILED("failed"),
  /** Ended, and would have been started again. */
  DUE("due to restart"),
  /** Ended by us, within its grace. */
  STOPPED("stopped"),
  /** Ended by us, with SIGKILL. */
  KILLED("killed"),
  /** Not to be ended: processes of it are left. */
  LEFT("could not be ended");

  private final String words;

  Standing(String words) {
    this.words = words;
  }

  /** For people: {@code 2 not started}. */
  String words() {
    return words;
  }
}
