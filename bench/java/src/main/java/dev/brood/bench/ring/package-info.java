/** Shared memory beside a channel, see docs/decisions/0014. */
@NullMarked
package dev.brood.bench.ring;

import org.jspecify.annotations.NullMarked;
