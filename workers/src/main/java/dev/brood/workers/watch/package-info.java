/**
 * What becomes of children while they run, seen from outside and told by themselves, and whether
 * the machine bears one more.
 */
package dev.brood.workers.watch;
