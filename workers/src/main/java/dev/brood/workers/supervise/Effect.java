package dev.brood.workers.supervise;

/** What a {@link SupervisorCore} wants to be done. */
sealed interface Effect {
  /** Start a child. No other run of it is alive. */
  record Start(String child, ChildSpec spec, int run) implements Effect {}

  /** End the live run of a child; may come a second time, as a kill. */
  record Stop(String child, Shutdown how) implements Effect {}

  /** Tell the listener. */
  record Tell(SupervisorEvent event) implements Effect {}

  /** No child is alive: this is the end. The last effect. */
  record Finish(SupervisorEnd end) implements Effect {}
}
