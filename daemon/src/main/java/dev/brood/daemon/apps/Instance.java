package dev.brood.daemon.apps;

import dev.brood.process.Child;
import dev.brood.process.Stdio;
import dev.brood.process.StopReport;

/** One running copy of an app. Safe for use by several threads. */
public final class Instance implements AutoCloseable {
  private final InstancePlan plan;
  private final Child child;

  private Instance(InstancePlan plan, Child child) {
    this.plan = plan;
    this.child = child;
  }

  static Instance start(InstancePlan plan) {
    Child child =
        plan.command().stdin(Stdio.none()).stdout(Stdio.pipe()).stderr(Stdio.pipe()).spawn();
    return new Instance(plan, child);
  }

  /** What was started. */
  public InstancePlan plan() {
    return plan;
  }

  /** The child; its exit, output and usage. */
  public Child child() {
    return child;
  }

  /**
   * Ends the copy and its tree by the app's {@code kill_signal} and {@code kill_timeout}; returns
   * when it has ended. Nothing happens if it has ended already.
   */
  public StopReport stop() {
    return child.stop();
  }

  /** Ends the copy and its tree with SIGKILL; returns when it has ended. */
  public StopReport kill() {
    return child.kill();
  }

  /** Kills what is left of the copy and its tree, and lets go of its streams. */
  @Override
  public void close() {
    child.kill();
    child.close();
  }
}
