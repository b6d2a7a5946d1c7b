package dev.brood.daemon.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Turns one entry into a value of its type. A mistake is reported and gives an empty answer. */
final class AppValues {
  private static final int MOST_INSTANCES = 10_000;
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
            .map(near -> "; did you mean \"SIG" + near + "\"?")
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
      return wrong(entry, AppKey.Kind.DURATION);
    }
  }

  private <T> Optional<T> wrong(YamlNodes.Entry entry, AppKey.Kind kind) {
    String found = YamlNodes.found(entry.value());
    nodes.error(entry.value(), entry.key() + ": expected " + kind.expected() + ", found " + found);
    return Optional.empty();
  }
}
