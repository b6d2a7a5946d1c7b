/**
 * An entry of the model made into children: each {@link dev.brood.daemon.config.App} becomes one
 * {@link dev.brood.daemon.apps.InstancePlan} a copy, and each plan, started, an {@link
 * dev.brood.daemon.apps.Instance}.
 */
package dev.brood.daemon.apps;
