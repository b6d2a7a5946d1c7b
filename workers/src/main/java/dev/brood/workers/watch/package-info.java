/**
 * What becomes of children while they run, seen from outside and told by themselves: signs of life,
 * progress, checkpoints, resources, whole trees suspended and resumed; and whether the machine
 * bears one more.
 */
package dev.brood.workers.watch;
