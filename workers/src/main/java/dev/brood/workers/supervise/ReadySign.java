package dev.brood.workers.supervise;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** By what a child is known to be up. */
sealed interface ReadySign {
  /** By having been started. */
  record Started() implements ReadySign {}

  /** By a message on its channel. */
  record ChannelMessage() implements ReadySign {}

  /** By {@code READY=1} of sd_notify(3). */
  record Notified() implements ReadySign {}

  /** By a newline on a descriptor. */
  record Newline(int descriptor) implements ReadySign {}

  /** By a line of its output. */
  record OutputLine(Pattern pattern) implements ReadySign {}

  /** By a file that was not there, or not like that, before its start. */
  record FileAppears(Path path) implements ReadySign {}

  /** By a probe that passes. */
  record Probed(Probe probe) implements ReadySign {}
}
