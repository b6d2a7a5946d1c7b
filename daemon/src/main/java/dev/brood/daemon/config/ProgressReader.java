package dev.brood.daemon.config;

import dev.brood.workers.watch.ProgressPattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Reads where an app tells how far it has got: one word, or a map with {@code line}. */
final class ProgressReader {
  private static final Map<String, ProgressSource> WORDS =
      Map.of(
          "message", new ProgressSource.Message(),
          "percent", new ProgressSource.Output(ProgressPattern.PERCENT));

  private final YamlNodes nodes;
  private final AppValues values;

  ProgressReader(YamlNodes nodes, AppValues values) {
    this.nodes = nodes;
    this.values = values;
  }

  Optional<ProgressSource> read(YamlNodes.Entry entry) {
    if (!(entry.value() instanceof MappingNode map)) {
      return word(entry);
    }
    List<YamlNodes.Entry> parts = nodes.entries(map);
    if (parts.size() != 1 || !parts.getFirst().key().equals("line")) {
      nodes.error(entry.value(), entry.key() + ": expected line and a regular expression, alone");
      return Optional.empty();
    }
    return pattern(parts.getFirst().in(entry));
  }

  private Optional<ProgressSource> word(YamlNodes.Entry entry) {
    Optional<String> text = YamlNodes.text(entry.value());
    Optional<ProgressSource> source = text.flatMap(word -> Optional.ofNullable(WORDS.get(word)));
    if (source.isEmpty()) {
      String hint =
          text.flatMap(word -> Nearest.of(word, WORDS.keySet())).map(AppValues::meant).orElse("");
      String expected = ": expected message, percent, or a map with line, found ";
      String found = YamlNodes.found(entry.value());
      nodes.error(entry.value(), entry.key() + expected + found + hint);
    }
    return source;
  }

  private Optional<ProgressSource> pattern(YamlNodes.Entry entry) {
    try {
      return values.expression(entry, ProgressPattern::of).map(ProgressSource.Output::new);
    } catch (IllegalArgumentException _) {
      String expected =
          ": expected a regular expression with a group (?<percent>...), or (?<done>...) and"
              + " (?<total>...), (?<phase>...) or (?<message>...), found ";
      nodes.error(entry.value(), entry.key() + expected + YamlNodes.found(entry.value()));
      return Optional.empty();
    }
  }
}
