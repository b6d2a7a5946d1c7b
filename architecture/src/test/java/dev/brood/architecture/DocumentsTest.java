package dev.brood.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Checks that documents point at what is there, and that nothing tells of one machine's folders.
 */
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)>\\s]+)>?(?: \"[^\"]*\")?\\)");
  private static final Pattern EXAMPLE = Pattern.compile("\\bexamples/[\\w./-]*\\w");

  /** Folders of one machine or one person. Split, so that this file passes itself. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile(
          "(?<![\\w.])(/wo"
              + "rk/\\w|/tmp/"
              + "h/|/ro"
              + "ot/\\.|/ho"
              + "me/[a-z]+/|/Use"
              + "rs/\\w)");

  private static final Set<String> PEOPLE_OF_EXAMPLES = Set.of("ada", "user", "you", "alice");

  @Test
  void documents_always_linkToWhatIsThere() {
    List<String> broken = new ArrayList<>();
    List<Path> documents = documents();
    assertThat(documents).extracting(Repository::relative).contains("README.md");
    for (Path document : documents) {
      Matcher links = LINK.matcher(withoutCode(Repository.read(document)));
      while (links.find()) {
        String target = links.group(1);
        if (!target.matches("[a-z]+:.*") && !reaches(document, target)) {
          broken.add(Repository.relative(document) + " -> " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void guidePages_always_nameAnExampleThatIsThere() {
    List<String> wrong = new ArrayList<>();
    for (Path page : Repository.files(name -> name.matches("docs/guide/.*\\.md"))) {
      Matcher examples = EXAMPLE.matcher(Repository.read(page));
      boolean named = false;
      while (examples.find()) {
        named = true;
        if (!Files.exists(Repository.ROOT.resolve(examples.group()))) {
          wrong.add(Repository.relative(page) + " -> " + examples.group());
        }
      }
      if (!named) {
        wrong.add(Repository.relative(page) + " names no example");
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void files_never_tellOfOneMachinesFolders() {
    List<String> wrong = new ArrayList<>();
    for (Path file : Repository.files(name -> true)) {
      List<String> lines = text(file).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        Matcher path = MACHINE_PATH.matcher(lines.get(i));
        if (path.find() && !ofExample(path.group())) {
          wrong.add(Repository.relative(file) + ":" + (i + 1) + " " + path.group());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<Path> documents() {
    return Repository.files(name -> name.endsWith(".md"));
  }

  private static boolean ofExample(String path) {
    return PEOPLE_OF_EXAMPLES.stream().anyMatch(name -> path.contains("/" + name + "/"));
  }

  private static String withoutCode(String markdown) {
    return markdown.replaceAll("(?ms)^\\s*```.*?^\\s*```\\s*?$", "").replaceAll("`[^`\n]*`", "");
  }

  private static boolean reaches(Path document, String target) {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file =
        path.isEmpty() ? document : document.resolveSibling(URI.create(path).getPath()).normalize();
    if (!file.startsWith(Repository.ROOT) || !Files.exists(file)) {
      return false;
    }
    return hash < 0
        || !file.toString().endsWith(".md")
        || anchors(file).contains(target.substring(hash + 1));
  }

  /** The anchors of a page's headings, made as GitHub makes them. */
  private static Set<String> anchors(Path document) {
    return Repository.read(document)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+\\s*", "").strip().toLowerCase(java.util.Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}\\s_-]", "").replaceAll("\\s", "-"))
        .collect(Collectors.toSet());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      return ""; // Not a text.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
