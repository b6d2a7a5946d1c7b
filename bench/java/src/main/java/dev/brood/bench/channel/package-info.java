/** Messages between processes: the rounds of the contestant that uses Brood, and its children. */
@NullMarked
package dev.brood.bench.channel;

import org.jspecify.annotations.NullMarked;
