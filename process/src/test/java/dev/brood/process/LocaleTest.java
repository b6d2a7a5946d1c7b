package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UTF-8 in arguments, environment and text, whatever the locale; unknown bytes untouched. */
class LocaleTest {
  @TempDir private Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"POSIX", "C.UTF-8", "xx_YY.unknown"})
  void spawn_anyLocale_passesTextAndUnknownBytes(String locale) throws Exception {
    check(locale);
  }

  @Test
  void spawn_localeC_passesTextAndUnknownBytes() throws Exception {
    check("C");
  }

  private void check(String locale) throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("bïn"));
    StartTest.script(directory.resolve("brood-ü"), "#!/bin/sh\necho ran\n");
    StartTest.script(directory.resolve("kaputt-ü"), "#!/no/such/interpreter\n");
    String line =
        """
        export LC_ALL=$0 PATH="$1:$PATH" BROOD_RAW="$(printf 'x\\377\\376\\200y')"
        shift
        exec env BROOD_Ü=ü "$(printf 'BROOD_\\377=1')" "$(printf 'BROOD_\\376=2')" "$@"\
        """;

    Result result =
        Command.of("sh", "-c", line, locale, directory.toString())
            .args(ChildJvm.words(LocaleProbe.class, temporary.toString()))
            .charset(StandardCharsets.ISO_8859_1)
            .deadline(Duration.ofSeconds(60))
            .capture();

    String output = result.stdout().text();
    int places = Place.values().length;
    for (String text :
        List.of(
            "argument: same",
            "value: same",
            "input: same",
            "lines: same same",
            "path: ran",
            "slash: ran",
            "broken: INTERPRETER_MISSING true")) {
      assertThat(count(output, text + "\n")).as("%s in %s", text, output).isEqualTo(places);
    }
    assertThat(count(output, "BROOD_RAW=x\u00FF\u00FE\u0080y\0")).isEqualTo(3 * places);
    assertThat(count(output, utf8InLatin1("BROOD_Ü=ü\0"))).isEqualTo(3 * places);
    assertThat(count(output, "BROOD_\u00FF=1\0")).isEqualTo(2 * places);
    assertThat(count(output, "BROOD_\u00FE=2\0")).isEqualTo(2 * places);
    assertThat(count(output, "BROOD_MORE=1\0")).isEqualTo(places);
  }

  private static int count(String text, String part) {
    List<Integer> found = new ArrayList<>();
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      found.add(at);
    }
    return found.size();
  }

  private static String utf8InLatin1(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
