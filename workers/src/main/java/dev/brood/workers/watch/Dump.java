package dev.brood.workers.watch;

import dev.brood.process.Signal;

/** How a child that has stalled is made to show what it is at. */
public sealed interface Dump {
  /**
   * A signal at which the child itself writes where it stands, such as SIGQUIT for a JVM. It ends a
   * program that does not handle it: Node and Python do not handle SIGQUIT unless told to.
   */
  static Dump signal(Signal signal) {
    return new BySignal(signal);
  }

  /**
   * What the kernel tells of every thread of the tree: state, what it waits for ({@code wchan})
   * and, where this user may see it, its stack in the kernel. Harmless to any program.
   */
  static Dump stacks() {
    return new Stacks();
  }

  /** See {@link Dump#signal}. */
  record BySignal(Signal signal) implements Dump {}

  /** See {@link Dump#stacks}. */
  record Stacks() implements Dump {}
}
