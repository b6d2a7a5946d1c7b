package dev.brood.daemon.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.PatternSyntaxException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Turns one entry into a value of its type. A mistake is reported and gives an empty answer. */
final class AppValues {
  private static final int MOST_INSTANCES = 10_000;
  private static final int MOST_LOOKS = 1000;
  private static final int MOST_DESCRIPTOR = 1023;
  private static final int MOST_RESTARTS = 1_000_000;
  private static final int MOST_CODE = 255;
  private static final Set<String> SIGNALS =
      Set.of(
          "HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "ALRM", "TERM", "CONT", "PIPE",
          "WINCH");

  private final YamlNodes nodes;

  AppValues(YamlNodes nodes) {
    this.nodes = nodes;
  }

  /** A scalar as written, not blank, without NUL. */
  Optional<String> text(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .filter(text -> !text.isBlank() && text.indexOf(0) < 0)
        .or(() -> wrong(entry, AppKey.Kind.TEXT));
  }

  /** A text without control characters: it stands in front of every line. */
  Optional<String> name(YamlNodes.Entry entry) {
    Optional<String> name = text(entry);
    if (name.isPresent() && name.get().chars().anyMatch(Character::isISOControl)) {
      nodes.error(entry.value(), entry.key() + ": expected a text without control characters");
      return Optional.empty();
    }
    return name.map(String::strip);
  }

  /** The name of an environment variable. */
  Optional<String> variable(YamlNodes.Entry entry) {
    Optional<String> name = text(entry);
    if (name.isPresent() && name.get().indexOf('=') >= 0) {
      nodes.error(
          entry.value(),
          entry.key()
              + ": expected the name of a variable, found "
              + YamlNodes.found(entry.value()));
      return Optional.empty();
    }
    return name;
  }

  /** A text split at blanks, or a list of scalars. */
  Optional<List<String>> words(YamlNodes.Entry entry) {
    if (entry.value() instanceof SequenceNode list) {
      List<String> words = new ArrayList<>();
      for (Node element : list.getValue()) {
        Optional<String> word = YamlNodes.text(element);
        if (word.isEmpty()) {
          String found = YamlNodes.found(element);
          nodes.error(element, entry.key() + ": expected a text in the list, found " + found);
        }
        word.ifPresent(words::add);
      }
      return Optional.of(words);
    }
    Optional<String> text = YamlNodes.text(entry.value());
    if (text.isEmpty()) {
      return wrong(entry, AppKey.Kind.WORDS);
    }
    try {
      return Optional.of(Words.split(text.get()));
    } catch (IllegalArgumentException e) {
      String expected = ": expected words as for a shell, but ";
      nodes.error(entry.value(), entry.key() + expected + e.getMessage());
      return Optional.empty();
    }
  }

  /** Names to scalars as written; {@code KEY:} without a value is refused. */
  Optional<Map<String, String>> environment(YamlNodes.Entry entry) {
    if (!(entry.value() instanceof MappingNode map)) {
      return wrong(entry, AppKey.Kind.MAP);
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (YamlNodes.Entry variable : nodes.entries(map)) {
      String name = variable.key();
      Optional<String> value = YamlNodes.text(variable.value());
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0) {
        String found = YamlNodes.found(variable.keyNode());
        nodes.error(
            variable.keyNode(), entry.key() + ": expected a variable's name, found " + found);
      } else if (value.isEmpty()) {
        String found = YamlNodes.found(variable.value());
        String hint = YamlNodes.isNull(variable.value()) ? " (write \"\" for an empty one)" : "";
        String text = "%s: %s: expected a text, number or true/false, found %s%s";
        nodes.error(variable.value(), text.formatted(entry.key(), name, found, hint));
      } else {
        variables.put(name, value.get());
      }
    }
    return Optional.of(variables);
  }

  /** {@code true} or {@code false}; YAML 1.1's yes, no, on and off are refused. */
  Optional<Boolean> flag(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .map(text -> text.toLowerCase(Locale.ROOT))
        .filter(text -> text.equals("true") || text.equals("false"))
        .map(Boolean::valueOf)
        .or(() -> wrong(entry, AppKey.Kind.FLAG));
  }

  /** The number as {@link App#instances()} keeps it: 0 for max. */
  Optional<Integer> instances(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .map(text -> text.equals("max") ? "0" : text)
        .filter(text -> text.matches("-?\\d{1,5}"))
        .map(Integer::valueOf)
        .filter(number -> number <= MOST_INSTANCES)
        .or(() -> wrong(entry, AppKey.Kind.INSTANCES));
  }

  Optional<Integer> port(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .filter(text -> text.matches("\\d{1,5}"))
        .map(Integer::valueOf)
        .filter(number -> number >= 1 && number <= 65535)
        .or(() -> wrong(entry, AppKey.Kind.PORT));
  }

  /** {@code SIGTERM} form of {@code SIGTERM} or {@code TERM}, any case. */
  Optional<String> signal(YamlNodes.Entry entry) {
    Optional<String> text = YamlNodes.text(entry.value()).map(t -> t.toUpperCase(Locale.ROOT));
    Optional<String> plain = text.map(t -> t.startsWith("SIG") ? t.substring(3) : t);
    if (plain.isPresent() && SIGNALS.contains(plain.get())) {
      return plain.map(t -> "SIG" + t);
    }
    String hint =
        plain
            .flatMap(t -> Nearest.of(t, SIGNALS.stream().sorted().toList()))
            .map(near -> meant("SIG" + near))
            .orElse("");
    String found = YamlNodes.found(entry.value());
    nodes.error(
        entry.value(),
        entry.key() + ": expected " + AppKey.Kind.SIGNAL.expected() + ", found " + found + hint);
    return Optional.empty();
  }

  /** A bare number of milliseconds, PM2's way, or a duration with units. */
  Optional<Duration> milliseconds(YamlNodes.Entry entry) {
    String text = YamlNodes.text(entry.value()).orElse("");
    if (text.matches("\\d{1,12}")) {
      return Optional.of(Duration.ofMillis(Long.parseLong(text)));
    }
    try {
      return Optional.of(Amounts.duration(text));
    } catch (IllegalArgumentException _) {
      return Amounts.isDuration(text)
          ? wrong(entry, "a duration of at most " + Amounts.LONGEST)
          : wrong(entry, AppKey.Kind.DURATION);
    }
  }

  /** As {@link #milliseconds}, but longer than nothing. */
  Optional<Duration> positive(YamlNodes.Entry entry) {
    Optional<Duration> duration = milliseconds(entry);
    if (duration.equals(Optional.of(Duration.ZERO))) {
      return wrong(entry, "a duration above 0");
    }
    return duration;
  }

  /** A number that counts looks in a row. */
  Optional<Integer> threshold(YamlNodes.Entry entry) {
    return number(entry, 1, MOST_LOOKS).or(() -> wrong(entry, "a number from 1 to " + MOST_LOOKS));
  }

  /** A descriptor that a child may have besides the standard ones. */
  Optional<Integer> descriptor(YamlNodes.Entry entry) {
    return number(entry, 3, MOST_DESCRIPTOR)
        .or(() -> wrong(entry, "a descriptor from 3 to " + MOST_DESCRIPTOR));
  }

  /**
   * What is made of a regular expression.
   *
   * @throws RuntimeException what {@code reader} throws unless that is a PatternSyntaxException
   */
  <T> Optional<T> expression(YamlNodes.Entry entry, Function<String, T> reader) {
    Optional<String> text = text(entry);
    try {
      return text.map(reader);
    } catch (PatternSyntaxException e) {
      String expected = ": expected a regular expression as Java has them, but ";
      String reason = e.getDescription() + " near index " + Math.max(0, e.getIndex());
      nodes.error(entry.value(), entry.key() + expected + reason);
      return Optional.empty();
    }
  }

  /** {@code PORT} or {@code HOST:PORT}, each of which may be a {@code $NAME}. */
  Optional<String> address(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .filter(text -> text.matches("(\\S+:)?(\\d{1,5}|\\$\\S+)"))
        .or(() -> wrong(entry, "a port, or HOST:PORT"));
  }

  /** An address of http or https. */
  Optional<String> httpAddress(YamlNodes.Entry entry) {
    return YamlNodes.text(entry.value())
        .filter(text -> text.matches("https?://[^/\\s]\\S*"))
        .or(() -> wrong(entry, "an address such as http://localhost:8080/health"));
  }

  /** How many restarts there are; the empty optional inside is "unlimited". */
  Optional<OptionalInt> restarts(YamlNodes.Entry entry) {
    if (YamlNodes.text(entry.value()).equals(Optional.of("unlimited"))) {
      return Optional.of(OptionalInt.empty());
    }
    return number(entry, 0, MOST_RESTARTS)
        .map(OptionalInt::of)
        .or(() -> wrong(entry, "a number from 0 to " + MOST_RESTARTS + ", or unlimited"));
  }

  /** One exit code, or a list of at least one. */
  Optional<Set<Integer>> exitCodes(YamlNodes.Entry entry) {
    List<Node> all =
        entry.value() instanceof SequenceNode list ? list.getValue() : List.of(entry.value());
    Set<Integer> codes = new HashSet<>();
    for (Node one : all) {
      YamlNodes.Entry code = new YamlNodes.Entry(entry.key(), entry.keyNode(), one);
      Optional<Integer> number =
          number(code, 0, MOST_CODE).or(() -> wrong(code, AppKey.Kind.CODES));
      number.ifPresent(codes::add);
    }
    return all.isEmpty() ? wrong(entry, AppKey.Kind.CODES) : Optional.of(codes);
  }

  /** One word out of several. */
  <T> Optional<T> word(YamlNodes.Entry entry, Map<String, T> words) {
    return word(entry, words, text -> text);
  }

  /** One word out of several, in its plain form. */
  <T> Optional<T> word(YamlNodes.Entry entry, Map<String, T> words, UnaryOperator<String> plain) {
    Optional<String> text = YamlNodes.text(entry.value()).map(plain);
    Optional<T> value = text.flatMap(t -> Optional.ofNullable(words.get(t)));
    if (value.isEmpty()) {
      String names = String.join(", ", words.keySet().stream().sorted().toList());
      String hint =
          text.flatMap(t -> Nearest.of(t, words.keySet())).map(AppValues::meant).orElse("");
      String found = YamlNodes.found(entry.value());
      nodes.error(
          entry.value(), entry.key() + ": expected one of " + names + ", found " + found + hint);
    }
    return value;
  }

  /** The end of a message that knows what was meant. */
  static String meant(String near) {
    return "; did you mean \"" + near + "\"?";
  }

  private static Optional<Integer> number(YamlNodes.Entry entry, int least, int most) {
    return YamlNodes.text(entry.value())
        .filter(text -> text.matches("\\d{1,9}"))
        .map(Integer::valueOf)
        .filter(number -> number >= least && number <= most);
  }

  private <T> Optional<T> wrong(YamlNodes.Entry entry, AppKey.Kind kind) {
    return wrong(entry, kind.expected());
  }

  private <T> Optional<T> wrong(YamlNodes.Entry entry, String expected) {
    String found = YamlNodes.found(entry.value());
    nodes.error(entry.value(), entry.key() + ": expected " + expected + ", found " + found);
    return Optional.empty();
  }
}
