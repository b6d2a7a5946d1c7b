package dev.brood.daemon.config;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What tells that an app is ready or well, as a brood file says it. Texts may hold {@code $NAME},
 * which stands for a variable of the instance's environment; nothing is replaced here.
 */
public sealed interface Sign {
  /** A sign that an app has come up. */
  sealed interface OfReady extends Sign {}

  /** A sign that an app is still well. */
  sealed interface OfHealth extends Sign {}

  /** That it is started. */
  record Started() implements OfReady {}

  /** {@code process.send('ready')}, or {@code {"brood":"ready"}}, on its channel. */
  record Message() implements OfReady {}

  /** {@code READY=1} of sd_notify(3). */
  record Notify() implements OfReady {}

  /** A newline on a descriptor, as for s6; 3 or above. */
  record Newline(int descriptor) implements OfReady {}

  /** A line of its output with a match of the pattern. */
  record OutputLine(Pattern pattern) implements OfReady {}

  /** A file that appears or changes; relative to the app's directory. */
  record NewFile(String path) implements OfReady {}

  /** A port that accepts connections: {@code PORT} or {@code HOST:PORT}. */
  record Tcp(String address) implements OfReady, OfHealth {}

  /** An address that is answered with a status from 200 to 399. */
  record Http(String address) implements OfReady, OfHealth {}

  /** A line for the shell that succeeds, in the app's directory and environment. */
  record ShellLine(String line) implements OfReady, OfHealth {}

  /** That it answers {@code health_check} on its channel. */
  record Ping() implements OfHealth {}

  /** {@code WATCHDOG=1} of sd_notify(3), at least that often. */
  record Watchdog(Duration silence) implements OfHealth {}
}
