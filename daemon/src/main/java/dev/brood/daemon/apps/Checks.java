package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.daemon.config.HealthCheck;
import dev.brood.daemon.config.ReadyCheck;
import dev.brood.daemon.config.Sign;
import dev.brood.process.Command;
import dev.brood.workers.supervise.Health;
import dev.brood.workers.supervise.Readiness;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.UnhealthyAction;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the readiness and health of one copy of an app of what its file says about them. */
final class Checks {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");

  private final App app;
  private final Map<String, String> variables;
  private final Function<String, Command> shell;

  /**
   * For one copy.
   *
   * @param variables its whole environment
   * @param shell makes a command of a line for the shell
   */
  Checks(App app, Map<String, String> variables, Function<String, Command> shell) {
    this.app = app;
    this.variables = variables;
    this.shell = shell;
  }

  /**
   * How it is known to have come up.
   *
   * @throws AppException if the file names a variable or an address that is not there
   */
  Readiness readiness() {
    ReadyCheck check = app.supervision().ready();
    Readiness readiness =
        switch (check.sign()) {
          case Sign.Started() -> Readiness.started();
          case Sign.Message() -> Readiness.message();
          case Sign.Notify() -> Readiness.notification();
          case Sign.Newline(int descriptor) -> Readiness.newline(descriptor);
          case Sign.OutputLine(Pattern pattern) -> Readiness.line(pattern);
          case Sign.NewFile(String path) -> Readiness.file(app.directory().resolve(expanded(path)));
          case Sign.Tcp(String text) -> {
            Address address = address(text);
            yield Readiness.tcp(address.host, address.port);
          }
          case Sign.Http(String text) -> with(text, Readiness::http);
          case Sign.ShellLine(String line) -> Readiness.command(shell.apply(line));
        };
    return set(set(readiness, check.limit(), Readiness::limit), check.period(), Readiness::period);
  }

  /**
   * How it is known to be still well.
   *
   * @throws AppException as in {@link #readiness}
   */
  Health health() {
    return app.supervision().health().map(this::health).orElse(Health.none());
  }

  private Health health(HealthCheck check) {
    Health health =
        switch (check.sign()) {
          case Sign.Ping() -> Health.ping();
          case Sign.Watchdog(var silence) -> Health.watchdog(silence);
          case Sign.Tcp(String text) -> {
            Address address = address(text);
            yield Health.tcp(address.host, address.port);
          }
          case Sign.Http(String text) -> with(text, Health::http);
          case Sign.ShellLine(String line) -> Health.command(shell.apply(line));
        };
    health = set(health, check.period(), Health::period);
    health = set(health, check.timeout(), Health::timeout);
    health = set(health, check.failures(), Health::failures);
    health = set(health, check.successes(), Health::successes);
    // What is never restarted is not restarted for its health either, unless the file says so.
    boolean temporary = app.supervision().restart() == Restart.TEMPORARY;
    UnhealthyAction standard = temporary ? UnhealthyAction.STOP : UnhealthyAction.RESTART;
    return health.whenUnhealthy(check.action().orElse(standard));
  }

  private record Address(String host, int port) {}

  /** {@code PORT} on this machine, or {@code HOST:PORT}. */
  private Address address(String text) {
    String whole = expanded(text);
    int colon = whole.lastIndexOf(':');
    String port = whole.substring(colon + 1);
    int number = port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    if (number < 1 || number > 65535) {
      throw wrong("expected a port from 1 to 65535 in \"" + whole + "\"");
    }
    return new Address(colon < 0 ? "localhost" : whole.substring(0, colon), number);
  }

  private <T> T with(String address, Function<URI, T> check) {
    String whole = expanded(address);
    try {
      return check.apply(URI.create(whole));
    } catch (IllegalArgumentException e) {
      throw wrong("\"" + whole + "\": " + e.getMessage());
    }
  }

  /** With {@code $NAME} and <code>${NAME}</code> replaced by variables of the copy. */
  private String expanded(String text) {
    Matcher names = VARIABLE.matcher(text);
    return names.replaceAll(match -> {
      String name = Optional.ofNullable(match.group(1)).orElseGet(() -> match.group(2));
      String value = variables.get(name);
      if (value == null) {
        throw wrong("there is no variable " + name + " for \"" + text + "\"");
      }
      return Matcher.quoteReplacement(value);
    });
  }

  private AppException wrong(String reason) {
    return new AppException("cannot watch \"" + app.name() + "\": " + reason);
  }

  private interface Setter<T, V> {
    T set(T check, V value);
  }

  private static <T, V> T set(T check, Optional<V> value, Setter<T, V> setter) {
    return value.isPresent() ? setter.set(check, value.get()) : check;
  }
}
