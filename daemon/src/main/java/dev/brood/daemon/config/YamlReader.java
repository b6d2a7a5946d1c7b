package dev.brood.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Finds the apps in a YAML or JSON text: under {@code apps:} or {@code pm2:}, as a bare list, or as
 * one bare app, the roots PM2 takes. Works on the parser's nodes, because they know their place.
 */
final class YamlReader {
  private static final List<String> ROOT_KEYS = List.of("apps", "pm2", "deploy", "static");
  private static final Optional<AppKey> SCRIPT = Optional.of(AppKey.SCRIPT);

  private final Problems problems;
  private final YamlNodes nodes;
  private final Path directory;

  YamlReader(Problems problems, Path directory) {
    this.problems = problems;
    this.nodes = new YamlNodes(problems);
    this.directory = directory;
  }

  List<App> read(String text) {
    Optional<Node> root = compose(text);
    problems.throwIfAny();
    if (root.isEmpty() || YamlNodes.isNull(root.get())) {
      problems.error(1, 1, "the file is empty; expected apps: and a list of apps");
      return List.of();
    }
    List<App> apps = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    for (Node entry : entries(root.get())) {
      if (entry instanceof MappingNode map) {
        Optional<App> app = new AppReader(nodes, directory).read(map);
        app.ifPresent(read -> refuseSameName(map, read, lines));
        app.ifPresent(apps::add);
      } else {
        nodes.error(entry, "expected an app (a map with script:), found " + YamlNodes.found(entry));
      }
    }
    NeedsCheck.check(problems, apps);
    return apps;
  }

  private Optional<Node> compose(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setAllowDuplicateKeys(true) // reported by YamlNodes, all at once and with both lines
            .setAllowNonScalarKeys(true) // likewise
            .setCodePointLimit(SourceText.LIMIT_BYTES)
            .build();
    try {
      StreamReader reader = new StreamReader(settings, text);
      return new Composer(settings, new ParserImpl(settings, reader)).getSingleNode();
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      int line = mark.map(Mark::getLine).orElse(0) + 1;
      int column = mark.map(Mark::getColumn).orElse(0) + 1;
      problems.error(line, column, YamlNodes.explain(e, line, column, text));
    } catch (YamlEngineException e) {
      problems.error(1, 1, "not YAML: " + e.getMessage());
    }
    return Optional.empty();
  }

  private List<Node> entries(Node root) {
    if (root instanceof SequenceNode list) {
      return list.getValue();
    }
    if (!(root instanceof MappingNode map)) {
      nodes.error(root, "expected apps: and a list of apps, found " + YamlNodes.found(root));
      return List.of();
    }
    List<YamlNodes.Entry> entries = nodes.entries(map);
    boolean bare = entries.stream().anyMatch(e -> AppKey.named(e.key()).equals(SCRIPT));
    if (bare && entries.stream().noneMatch(e -> e.key().equals("apps"))) {
      return List.of(root);
    }
    return listed(root, entries);
  }

  private List<Node> listed(Node root, List<YamlNodes.Entry> entries) {
    List<Node> apps = new ArrayList<>();
    boolean present = false;
    for (YamlNodes.Entry entry : entries) {
      switch (entry.key()) {
        case "apps", "pm2" -> {
          present = true;
          apps.addAll(list(entry));
        }
        case "deploy", "static" ->
            nodes.warning(entry.keyNode(), entry.key() + ": known PM2 key, not supported yet");
        default -> {
          if (!entry.key().startsWith("x-")) {
            unknown(entry);
          }
        }
      }
    }
    if (!present) {
      nodes.error(root, "apps is missing: expected apps: and a list of apps");
    }
    return apps;
  }

  private List<Node> list(YamlNodes.Entry entry) {
    if (entry.value() instanceof SequenceNode list && !list.getValue().isEmpty()) {
      return list.getValue();
    }
    if (entry.value() instanceof MappingNode map
        && nodes.entries(map).stream().anyMatch(e -> AppKey.named(e.key()).equals(SCRIPT))) {
      return List.of(map);
    }
    String found = YamlNodes.found(entry.value());
    nodes.error(entry.value(), entry.key() + ": expected a list of apps, found " + found);
    return List.of();
  }

  private void unknown(YamlNodes.Entry entry) {
    String hint =
        Nearest.of(entry.key(), ROOT_KEYS)
            .map(near -> "; did you mean \"" + near + "\"?")
            .orElse("; expected apps (keys that start with x- are yours)");
    nodes.error(entry.keyNode(), "unknown key \"" + entry.key() + "\"" + hint);
  }

  private void refuseSameName(Node at, App app, Map<String, Integer> lines) {
    Integer before = lines.putIfAbsent(app.name(), app.line());
    if (before != null) {
      String text = "the name \"%s\" is taken by the app of line %d; expected a different name:";
      nodes.error(at, text.formatted(app.name(), before));
    }
  }
}
