package dev.brood.workers.supervise;

/** Which children are restarted when one has to be: the words and meanings of OTP. */
public enum Strategy {
  /** The one that died. */
  ONE_FOR_ONE,
  /** All of them: the others are stopped, in reverse order, and all are started in order. */
  ONE_FOR_ALL,
  /** The one that died and those that come after it in the order of starts. */
  REST_FOR_ONE
}
