package dev.brood.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that each test that the page of gotchas names is there. */
class GotchasTest {
  private static final Pattern NAME = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

  @Test
  void gotchas_always_nameTestsThatAreThere() {
    List<Path> tests =
        Repository.files(name -> name.contains("/src/test/") && name.endsWith("Test.java"));
    String page = Repository.read(Repository.ROOT.resolve("docs/gotchas.md"));
    List<String> wrong = new ArrayList<>();
    int count = 0;
    Matcher names = NAME.matcher(page);
    while (names.find()) {
      count++;
      String file = names.group(1) + ".java";
      String method = "void " + names.group(2) + "(";
      if (tests.stream()
          .noneMatch(test -> test.endsWith(file) && Repository.read(test).contains(method))) {
        wrong.add(names.group(1) + "." + names.group(2));
      }
    }
    assertThat(count).isPositive();
    assertThat(wrong).isEmpty();
  }
}
