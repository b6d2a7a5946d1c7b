/** Calls answered by a pool of children, in any language. */
package dev.brood.workers.pool;
