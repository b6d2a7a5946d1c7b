package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.process.Command;
import dev.brood.workers.supervise.Health;
import dev.brood.workers.supervise.Readiness;

/**
 * One copy of an app, ready to be started.
 *
 * @param app what it is a copy of
 * @param label the app's name, with {@code .NUMBER} if there are several copies
 * @param command without outputs, which whoever starts it chooses
 * @param readiness how this copy is known to have come up
 * @param health how this copy is known to be still well
 */
public record InstancePlan(
    App app, String label, Command command, Readiness readiness, Health health) {}
