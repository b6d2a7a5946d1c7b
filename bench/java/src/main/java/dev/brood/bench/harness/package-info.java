/** Starts the contestants, lets them take turns, and writes the page. */
@NullMarked
package dev.brood.bench.harness;

import org.jspecify.annotations.NullMarked;
