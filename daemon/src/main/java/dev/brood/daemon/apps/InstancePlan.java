package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.process.Command;

/**
 * One copy of an app, ready to be started.
 *
 * @param app what it is a copy of
 * @param number from 0
 * @param label the app's name, with {@code .NUMBER} if there are several copies
 * @param command without stdio, which whoever starts it chooses
 */
public record InstancePlan(App app, int number, String label, Command command) {

  /**
   * Starts the copy with both outputs piped; they must be read.
   *
   * @throws dev.brood.process.SpawnException if it cannot be started
   */
  public Instance start() {
    return Instance.start(this);
  }
}
