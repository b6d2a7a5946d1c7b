package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How a child is known to have come up, and how long that may take. Immutable.
 *
 * <p>Coming up is one thing and being well another: see {@link Health}. A child that is not ready
 * within {@link #limit} has failed to start.
 */
public final class Readiness {
  /** How long a child may take unless set. */
  public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

  private static final Duration DEFAULT_PERIOD = Duration.ofMillis(100);
  private static final Duration COMMAND_PERIOD = Duration.ofSeconds(1);

  private final ReadySign sign;
  private final Duration limit;
  private final Duration period;

  private Readiness(ReadySign sign, Duration limit, Duration period) {
    this.sign = sign;
    this.limit = limit;
    this.period = period;
  }

  /** Ready as soon as it is started. */
  public static Readiness started() {
    return of(new ReadySign.Started(), DEFAULT_PERIOD);
  }

  /**
   * Ready when it says so on its channel, by {@code {"brood":"ready"}} or by the plain text {@code
   * ready} of PM2; see {@link Channel#onReady}. For a child with a channel only.
   */
  public static Readiness message() {
    return of(new ReadySign.ChannelMessage(), DEFAULT_PERIOD);
  }

  /**
   * Ready when it sends {@code READY=1}, as services for systemd do; see sd_notify(3). The child
   * gets {@code NOTIFY_SOCKET}. While it starts it may ask for more time than the limit by {@code
   * EXTEND_TIMEOUT_USEC}.
   */
  public static Readiness notification() {
    return of(new ReadySign.Notified(), DEFAULT_PERIOD);
  }

  /**
   * Ready when it writes a newline to a descriptor, which is a pipe then: the convention of s6.
   * What comes before the newline is not looked at. The pipe is closed after it.
   *
   * @throws IllegalArgumentException if the number is below 3
   */
  public static Readiness newline(int descriptor) {
    if (descriptor < 3) {
      throw new IllegalArgumentException(
          "a descriptor for readiness is 3 or above, not " + descriptor);
    }
    return of(new ReadySign.Newline(descriptor), DEFAULT_PERIOD);
  }

  /**
   * Ready when a line of its output, standard or error, has a match of the pattern. All of its
   * output passes through this JVM then, for as long as it runs.
   */
  public static Readiness line(Pattern pattern) {
    return of(new ReadySign.OutputLine(pattern), DEFAULT_PERIOD);
  }

  /** As {@link #line(Pattern)}. */
  public static Readiness line(String regex) {
    return line(Pattern.compile(regex));
  }

  /**
   * Ready when a connection to a port is accepted. If a name stands for several addresses, one of
   * them is enough. Whoever listens there is not known: an earlier child that still does passes.
   */
  public static Readiness tcp(String host, int port) {
    return of(new ReadySign.Probed(new Probe.Tcp(host, port)), DEFAULT_PERIOD);
  }

  /**
   * Ready when GET is answered with a status from 200 to 399. Redirects are not followed; no proxy
   * is used.
   *
   * @throws IllegalArgumentException if the address is not of http or https, or has no host
   */
  public static Readiness http(URI uri) {
    return of(new ReadySign.Probed(new Probe.Http(uri)), DEFAULT_PERIOD);
  }

  /** Ready when a command succeeds. It is tried every second unless {@link #period} is set. */
  public static Readiness command(Command command) {
    return of(new ReadySign.Probed(new Probe.Run(command)), COMMAND_PERIOD);
  }

  /**
   * Ready when a file is there. One that was there before the start has to be another one or to
   * have changed. A relative path is taken from this process's directory, now.
   */
  public static Readiness file(Path path) {
    return of(new ReadySign.FileAppears(path.toAbsolutePath()), DEFAULT_PERIOD);
  }

  /**
   * With another limit; {@link #DEFAULT_LIMIT} unless set.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Readiness limit(Duration longest) {
    return new Readiness(sign, Durations.positive("a limit", longest), period);
  }

  /**
   * With another time from one try to the next, where it has to be tried: 100 ms unless set, and a
   * second for a command.
   *
   * @throws IllegalArgumentException if it is not longer than nothing
   */
  public Readiness period(Duration time) {
    return new Readiness(sign, limit, Durations.positive("a period", time));
  }

  /** How long it may take. */
  public Duration limit() {
    return limit;
  }

  ReadySign sign() {
    return sign;
  }

  Duration period() {
    return period;
  }

  @Override
  public String toString() {
    return "Readiness[" + sign + ", limit " + limit + "]";
  }

  private static Readiness of(ReadySign sign, Duration period) {
    return new Readiness(sign, DEFAULT_LIMIT, period);
  }
}
