package dev.brood.daemon.config;

import dev.brood.workers.watch.ProgressPattern;

/** Where an app tells how far it has got. Immutable. */
public sealed interface ProgressSource {
  /** On its channel: {@code {"brood":"progress","percent":40,"phase":"load"}}. */
  record Message() implements ProgressSource {}

  /** In the lines of its output, stdout or stderr. */
  record Output(ProgressPattern pattern) implements ProgressSource {}
}
