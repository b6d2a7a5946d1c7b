package dev.brood.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Checks that the Java code in a guide is code that was compiled and run.
 *
 * <p>An example marks a region with {@code // snippet: name} and {@code // end}; a page shows it in
 * a block of Java behind a line {@code <!-- snippet: Program/name -->}.
 */
class SnippetsTest {
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^(?:<!-- snippet: (\\S+) -->\\n+)?```java\\n(.*?)^```$", Pattern.DOTALL);

  private static final Pattern BEGIN = Pattern.compile("\\s*// snippet: (\\S+)");

  @Test
  void codeBlocks_ofPages_areTheSnippetsTheyName() {
    Map<String, String> snippets = snippets();
    assertThat(snippets).isNotEmpty();
    List<String> wrong = new ArrayList<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Repository.read(page));
      while (block.find()) {
        String name = block.group(1);
        String place = Repository.relative(page) + " -> " + name;
        if (name == null) {
          wrong.add(place + ": a block of Java names no snippet:\n" + block.group(2));
        } else if (!snippets.containsKey(name)) {
          wrong.add(place + ": no example has it");
        } else if (!snippets.get(name).equals(block.group(2))) {
          wrong.add(place + ": the page differs; the example has:\n" + snippets.get(name));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void snippets_always_areShownOnSomePage() {
    Set<String> shown = new HashSet<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Repository.read(page));
      while (block.find()) {
        shown.add(block.group(1));
      }
    }
    assertThat(shown).containsAll(snippets().keySet());
  }

  private static List<Path> pages() {
    return Repository.files(name -> name.matches("docs/(?!decisions/).*\\.md"));
  }

  /** The text of each snippet, without the indentation that all its lines have. */
  private static Map<String, String> snippets() {
    Map<String, String> snippets = new TreeMap<>();
    for (Path file : Repository.files(name -> name.matches("examples/src/main/.*\\.java"))) {
      String program = file.getFileName().toString().replace(".java", "");
      String name = null;
      List<String> lines = new ArrayList<>();
      for (String line : Repository.read(file).lines().toList()) {
        Matcher begin = BEGIN.matcher(line);
        if (begin.matches()) {
          assertThat(name).as("snippet without end in " + program).isNull();
          name = program + "/" + begin.group(1);
          lines.clear();
        } else if (name != null && line.strip().equals("// end")) {
          String before = snippets.put(name, unindented(lines));
          assertThat(before).as("second snippet " + name).isNull();
          name = null;
        } else if (name != null) {
          lines.add(line);
        }
      }
      assertThat(name).as("snippet without end in " + program).isNull();
    }
    return snippets;
  }

  private static String unindented(List<String> lines) {
    return String.join("\n", lines).stripTrailing().stripIndent() + "\n";
  }
}
