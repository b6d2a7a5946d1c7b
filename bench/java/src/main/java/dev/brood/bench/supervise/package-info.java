/** Children that are kept running: the rounds of the contestant that uses Brood. */
@NullMarked
package dev.brood.bench.supervise;

import org.jspecify.annotations.NullMarked;
