package dev.brood.daemon.config;

import dev.brood.workers.supervise.UnhealthyAction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/**
 * Reads how an app is known to be ready and well: one word, or a map of one sign and its options.
 */
final class CheckReader {
  private static final Map<String, UnhealthyAction> ACTIONS =
      Map.of(
          "restart", UnhealthyAction.RESTART,
          "stop", UnhealthyAction.STOP,
          "report", UnhealthyAction.REPORT);

  /**
   * What a check may consist of.
   *
   * @param words the signs that need no value, and may stand alone
   * @param signs those with a value
   * @param options what else may be in the map
   */
  private record Vocabulary(List<String> words, List<String> signs, List<String> options) {
    boolean hasSign(String name) {
      return words.contains(name) || signs.contains(name);
    }

    String signNames() {
      return String.join(", ", words) + ", " + String.join(", ", signs);
    }

    List<String> all() {
      List<String> names = new ArrayList<>(words);
      names.addAll(signs);
      names.addAll(options);
      return names;
    }
  }

  private static final Vocabulary READY =
      new Vocabulary(
          List.of("started", "message", "notify"),
          List.of("newline", "line", "tcp", "http", "command", "file"),
          List.of("limit", "period"));

  private static final Vocabulary HEALTH =
      new Vocabulary(
          List.of("ping"),
          List.of("watchdog", "tcp", "http", "command"),
          List.of("period", "timeout", "failures", "successes", "action"));

  /**
   * A check taken apart.
   *
   * @param name of the sign
   * @param value of the sign; of a lone word the word itself
   */
  private record Parts(
      String name, YamlNodes.Entry value, boolean lone, Map<String, YamlNodes.Entry> options) {
    <T> Optional<T> option(String key, Function<YamlNodes.Entry, Optional<T>> reader) {
      return Optional.ofNullable(options.get(key)).flatMap(reader);
    }
  }

  private final YamlNodes nodes;
  private final AppValues values;

  CheckReader(YamlNodes nodes, AppValues values) {
    this.nodes = nodes;
    this.values = values;
  }

  Optional<ReadyCheck> ready(YamlNodes.Entry entry) {
    Optional<Parts> parts = parts(entry, READY);
    return parts
        .flatMap(this::readySign)
        .map(sign ->
            new ReadyCheck(
                sign,
                parts.get().option("limit", values::positive),
                parts.get().option("period", values::positive)));
  }

  Optional<HealthCheck> health(YamlNodes.Entry entry) {
    Optional<Parts> parts = parts(entry, HEALTH);
    return parts
        .flatMap(this::healthSign)
        .map(sign ->
            new HealthCheck(
                sign,
                parts.get().option("period", values::positive),
                parts.get().option("timeout", values::positive),
                parts.get().option("failures", values::threshold),
                parts.get().option("successes", values::threshold),
                parts.get().option("action", action -> values.word(action, ACTIONS))));
  }

  private Optional<Sign.OfReady> readySign(Parts parts) {
    YamlNodes.Entry value = parts.value;
    return switch (parts.name) {
      case "started" -> affirmed(parts, new Sign.Started());
      case "message" -> affirmed(parts, new Sign.Message());
      case "notify" -> affirmed(parts, new Sign.Notify());
      case "newline" -> values.descriptor(value).map(Sign.Newline::new);
      case "line" -> values.expression(value, Pattern::compile).map(Sign.OutputLine::new);
      case "tcp" -> values.address(value).map(Sign.Tcp::new);
      case "http" -> values.httpAddress(value).map(Sign.Http::new);
      case "command" -> values.text(value).map(Sign.ShellLine::new);
      case "file" -> values.text(value).map(Sign.NewFile::new);
      default -> throw new AssertionError(parts.name);
    };
  }

  private Optional<Sign.OfHealth> healthSign(Parts parts) {
    YamlNodes.Entry value = parts.value;
    return switch (parts.name) {
      case "ping" -> affirmed(parts, new Sign.Ping());
      case "watchdog" -> values.positive(value).map(Sign.Watchdog::new);
      case "tcp" -> values.address(value).map(Sign.Tcp::new);
      case "http" -> values.httpAddress(value).map(Sign.Http::new);
      case "command" -> values.text(value).map(Sign.ShellLine::new);
      default -> throw new AssertionError(parts.name);
    };
  }

  /** A sign without a value stands alone, or has {@code true} as its value. */
  private <T> Optional<T> affirmed(Parts parts, T sign) {
    if (parts.lone) {
      return Optional.of(sign);
    }
    Optional<Boolean> flag = values.flag(parts.value);
    if (flag.equals(Optional.of(false))) {
      nodes.error(parts.value.value(), parts.value.key() + ": expected true, or nothing at all");
    }
    return flag.filter(affirmed -> affirmed).map(_ -> sign);
  }

  private Optional<Parts> parts(YamlNodes.Entry entry, Vocabulary known) {
    if (!(entry.value() instanceof MappingNode map)) {
      Optional<String> word = YamlNodes.text(entry.value());
      if (word.isPresent() && known.words.contains(word.get())) {
        return Optional.of(new Parts(word.get(), entry, true, Map.of()));
      }
      String expected = "%s: expected %s, or a map with one of %s, found %s%s";
      String hint =
          word.flatMap(text -> Nearest.of(text, known.words)).map(AppValues::meant).orElse("");
      nodes.error(
          entry.value(),
          expected.formatted(
              entry.key(),
              String.join(", ", known.words),
              String.join(", ", known.signs),
              YamlNodes.found(entry.value()),
              hint));
      return Optional.empty();
    }
    return parts(entry, nodes.entries(map), known);
  }

  private Optional<Parts> parts(
      YamlNodes.Entry entry, List<YamlNodes.Entry> inner, Vocabulary known) {
    List<YamlNodes.Entry> signs = new ArrayList<>();
    Map<String, YamlNodes.Entry> options = new HashMap<>();
    boolean understood = true;
    for (YamlNodes.Entry part : inner) {
      if (known.hasSign(part.key())) {
        signs.add(part);
      } else if (known.options.contains(part.key())) {
        options.put(part.key(), part.in(entry));
      } else {
        String hint = Nearest.of(part.key(), known.all()).map(AppValues::meant).orElse("");
        String expected = hint.isEmpty() ? "; expected " + String.join(", ", known.all()) : hint;
        nodes.error(
            part.keyNode(), entry.key() + ": unknown key \"" + part.key() + "\"" + expected);
        understood = false;
      }
    }
    if (signs.size() == 1) {
      YamlNodes.Entry sign = signs.getFirst();
      return Optional.of(new Parts(sign.key(), sign.in(entry), false, options));
    }
    if (understood || signs.size() > 1) {
      String found = signs.isEmpty() ? "none" : signs.size() + " of them";
      String expected = ": expected one of " + known.signNames() + ", found " + found;
      nodes.error(entry.value(), entry.key() + expected);
    }
    return Optional.empty();
  }
}
