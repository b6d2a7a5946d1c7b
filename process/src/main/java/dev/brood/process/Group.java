package dev.brood.process;

/** Which process group and session a child is in; see setpgid(2) and setsid(2). */
public enum Group {
  /**
   * Leads a group of its own, in our session. The default, except with the terminal as standard
   * input: its signals, such as Ctrl-C's, do not reach the child.
   */
  OWN,

  /** Stays in our group: the terminal's signals reach it and us alike. */
  SHARED,

  /** Leads a session of its own, without a controlling terminal. */
  SESSION
}
