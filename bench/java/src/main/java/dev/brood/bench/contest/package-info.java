/**
 * What runs inside a contestant's JVM: one launcher for each library, one round for each measure.
 */
@NullMarked
package dev.brood.bench.contest;

import org.jspecify.annotations.NullMarked;
