package dev.brood.daemon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads the parser's nodes: entries of a map with {@code <<} applied, places, words for messages.
 */
final class YamlNodes {
  /** How deep {@code <<} may refer to maps that have a {@code <<} themselves. */
  private static final int MERGE_DEPTH = 8;

  private static final int QUOTED_LENGTH = 40;

  /** One entry of a map whose key is a scalar. */
  record Entry(String key, Node keyNode, Node value) {
    /** This entry as messages name it when it stands in the map of another: {@code ready.tcp}. */
    Entry in(Entry outer) {
      return new Entry(outer.key + "." + key, keyNode, value);
    }
  }

  private final Problems problems;

  YamlNodes(Problems problems) {
    this.problems = problems;
  }

  void error(Node at, String message) {
    problems.error(line(at), column(at), message);
  }

  void warning(Node at, String message) {
    problems.warning(line(at), column(at), message);
  }

  static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  static int column(Node node) {
    return node.getStartMark().map(Mark::getColumn).orElse(0) + 1;
  }

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** The text of a scalar exactly as written, without quotes; empty for null, lists and maps. */
  static Optional<String> text(Node node) {
    return node instanceof ScalarNode scalar && !isNull(node)
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }

  /** A node in words, for "found ...". */
  static String found(Node node) {
    return switch (node) {
      case MappingNode map -> map.getValue().isEmpty() ? "an empty map" : "a map";
      case SequenceNode list -> list.getValue().isEmpty() ? "an empty list" : "a list";
      case ScalarNode scalar when !isNull(scalar) -> "\"" + shortened(scalar.getValue()) + "\"";
      default -> "nothing";
    };
  }

  /**
   * The entries of a map in the order of the file. A key that stands twice is an error; maps under
   * {@code <<} fill in what is not there.
   */
  List<Entry> entries(MappingNode map) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    collect(map, entries, 0);
    return new ArrayList<>(entries.values());
  }

  private void collect(MappingNode map, Map<String, Entry> into, int depth) {
    Map<String, Entry> own = new LinkedHashMap<>();
    List<Entry> merges = new ArrayList<>();
    for (NodeTuple tuple : map.getValue()) {
      Node key = tuple.getKeyNode();
      Optional<String> text = text(key);
      if (text.isEmpty()) {
        error(key, "expected a key, found " + found(key));
      } else if (text.get().equals("<<")) {
        merges.add(new Entry("<<", key, tuple.getValueNode()));
      } else {
        Entry entry = new Entry(text.get(), key, tuple.getValueNode());
        Entry before = own.putIfAbsent(text.get(), entry);
        if (before != null) {
          int line = line(before.keyNode());
          error(key, "the key \"" + text.get() + "\" stands twice; first in line " + line);
        }
      }
    }
    own.forEach(into::putIfAbsent);
    for (Entry merge : merges) {
      merge(merge.keyNode(), merge.value(), into, depth + 1);
    }
  }

  private void merge(Node key, Node value, Map<String, Entry> into, int depth) {
    if (depth > MERGE_DEPTH) {
      error(key, "<<: maps refer to each other more than " + MERGE_DEPTH + " deep");
    } else if (value instanceof MappingNode map) {
      collect(map, into, depth);
    } else if (value instanceof SequenceNode list) {
      for (Node element : list.getValue()) {
        merge(key, element, into, depth + 1);
      }
    } else {
      error(key, "<<: expected a map, found " + found(value));
    }
  }

  /** The parser's complaint in the words of someone who writes a file, not a parser. */
  static String explain(MarkedYamlEngineException e, int line, int column, String text) {
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    String problem = context + e.getProblem();
    String[] lines = text.split("\n", -1);
    String source = line <= lines.length ? lines[line - 1] : "";
    int at =
        source.offsetByCodePoints(
            0, Math.min(column - 1, source.codePointCount(0, source.length())));
    if (at < source.length() && source.charAt(at) == '\t' || problem.contains("\\t")) {
      return "not YAML: a tab stands where the indentation is; expected blanks";
    }
    if (problem.contains("expected a single document")) {
      return "a second YAML document starts here (---); expected one";
    }
    return "not YAML: " + problem;
  }

  private static String shortened(String value) {
    String line = value.replace("\n", "\\n");
    return line.length() <= QUOTED_LENGTH ? line : line.substring(0, QUOTED_LENGTH) + "...";
  }
}
