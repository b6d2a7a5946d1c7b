/** Pools: the rounds of the contestant that uses Brood, and its workers. */
@NullMarked
package dev.brood.bench.pool;

import org.jspecify.annotations.NullMarked;
