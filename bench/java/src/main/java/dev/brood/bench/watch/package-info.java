/** Rounds that watch children. */
@NullMarked
package dev.brood.bench.watch;

import org.jspecify.annotations.NullMarked;
