/**
 * An entry of the model made into children: each {@link dev.brood.daemon.config.App} becomes one
 * {@link dev.brood.daemon.apps.InstancePlan} a copy, and all plans together the supervisor that
 * {@link dev.brood.daemon.apps.AppSupervisor} makes.
 */
package dev.brood.daemon.apps;
