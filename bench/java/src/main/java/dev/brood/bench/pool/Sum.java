package dev.brood.bench.pool;

/** What a worker is asked. */
record Sum(int left, int right) {}
