package dev.brood.daemon.config;

import dev.brood.workers.supervise.Condition;

/**
 * That an app waits for another. Immutable.
 *
 * @param app the name of the other
 * @param condition what is waited for, in each of its instances
 * @param bound whether the app is restarted when the other is
 * @param line where it stands in the file, from 1
 * @param column likewise
 */
public record Need(String app, Condition condition, boolean bound, int line, int column) {}
