package dev.brood.daemon.config;

import dev.brood.workers.supervise.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads what an app waits for: a name, a list of names, or a map of names to conditions or to maps
 * of {@code condition} and {@code restart}. The prefixes of process-compose and Docker Compose,
 * {@code process_} and {@code service_}, do not count.
 */
final class NeedsReader {
  private static final Map<String, Condition> CONDITIONS = conditions();
  private static final List<String> KEYS = List.of("condition", "restart");

  private final YamlNodes nodes;
  private final AppValues values;

  NeedsReader(YamlNodes nodes, AppValues values) {
    this.nodes = nodes;
    this.values = values;
  }

  Optional<List<Need>> read(YamlNodes.Entry entry) {
    List<Need> needs = new ArrayList<>();
    switch (entry.value()) {
      case MappingNode map ->
          nodes.entries(map).forEach(named -> needs.add(need(named.in(entry), named.key())));
      case SequenceNode list -> list.getValue().forEach(name -> add(entry, name, needs));
      default -> add(entry, entry.value(), needs);
    }
    return Optional.of(needs);
  }

  private void add(YamlNodes.Entry entry, Node name, List<Need> needs) {
    Optional<String> text = YamlNodes.text(name).filter(found -> !found.isBlank());
    if (text.isEmpty()) {
      String expected = ": expected the name of an app, a list or a map of them, found ";
      nodes.error(name, entry.key() + expected + YamlNodes.found(name));
    }
    text.ifPresent(found -> needs.add(need(found.strip(), Condition.READY, false, name)));
  }

  private Need need(YamlNodes.Entry entry, String name) {
    Condition condition = Condition.READY;
    boolean bound = false;
    if (!(entry.value() instanceof MappingNode map)) {
      condition = condition(entry).orElse(condition);
      return need(name, condition, false, entry.keyNode());
    }
    for (YamlNodes.Entry part : nodes.entries(map)) {
      switch (part.key()) {
        case "condition" -> condition = condition(part.in(entry)).orElse(condition);
        case "restart" -> bound = values.flag(part.in(entry)).orElse(false);
        default -> {
          String hint = Nearest.of(part.key(), KEYS).map(AppValues::meant).orElse("");
          String expected = hint.isEmpty() ? "; expected condition or restart" : hint;
          String text = entry.key() + ": unknown key \"" + part.key() + "\"" + expected;
          nodes.error(part.keyNode(), text);
        }
      }
    }
    boolean end = condition == Condition.COMPLETED || condition == Condition.SUCCEEDED;
    if (bound && end) {
      nodes.error(
          entry.value(),
          entry.key() + ": expected no restart: an app that has completed is not restarted");
    }
    return need(name, condition, bound && !end, entry.keyNode());
  }

  private Optional<Condition> condition(YamlNodes.Entry entry) {
    return values.word(entry, CONDITIONS, text -> text.replaceFirst("^(process|service)_", ""));
  }

  private static Need need(String name, Condition condition, boolean bound, Node at) {
    return new Need(name, condition, bound, YamlNodes.line(at), YamlNodes.column(at));
  }

  private static Map<String, Condition> conditions() {
    Map<String, Condition> words = new LinkedHashMap<>();
    words.put("started", Condition.STARTED);
    words.put("ready", Condition.READY);
    words.put("healthy", Condition.HEALTHY);
    words.put("completed", Condition.COMPLETED);
    words.put("completed_successfully", Condition.SUCCEEDED);
    words.put("log_ready", Condition.READY);
    return words;
  }
}
