package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake in a brood file has its line, its column and what is expected. */
class BroodFileErrorTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        // roots
        "`` ~ 1:1: error: the file is empty; expected apps: and a list of apps",
        "`# only a comment|` ~ 1:1: error: the file is empty; expected apps: and a list of apps",
        "`hello` ~ 1:1: error: expected apps: and a list of apps, found \"hello\"",
        "`apps: 3` ~ 1:7: error: apps: expected a list of apps, found \"3\"",
        "`apps: []` ~ 1:7: error: apps: expected a list of apps, found an empty list",
        "`apps:` ~ 1:6: error: apps: expected a list of apps, found nothing",
        "`app:|  - script: a` ~ 1:1: error: unknown key \"app\"; did you mean \"apps\"?"
            + "|1:1: error: apps is missing: expected apps: and a list of apps",
        "`apps:|  - sh` ~ 2:5: error: expected an app (a map with script:), found \"sh\"",
        "`apps:|  web:|    script: a` ~ 2:3: error: apps: expected a list of apps, found a map",
        // keys
        "`apps:|  - name: web` ~ 2:5: error: script is missing: expected script: and what to run",
        "`apps:|  - script: a|    kill_timout: 3` ~ 3:5: error: unknown key \"kill_timout\"; did"
            + " you mean \"kill_timeout\"?",
        "`apps:|  - script: a|    Env: {}` ~ 3:5: error: unknown key \"Env\"; did you mean"
            + " \"env\"?",
        "`apps:|  - script: a|    colour: red` ~ 3:5: error: unknown key \"colour\"; `brood up"
            + " --keys` lists the known ones",
        "`apps:|  - script: a|    script: b` ~ 3:5: error: the key \"script\" stands twice; first"
            + " in line 2",
        "`apps:|  - script: a|    exec: b` ~ 3:5: error: \"exec\" says the same as \"script\" in"
            + " line 2; expected one of them",
        "`apps:|  - script: a|    [x]: b` ~ 3:5: error: expected a key, found a list",
        "`apps:|- script: a|apps:|- script: b` ~ 3:1: error: the key \"apps\" stands twice; first"
            + " in line 1",
        // values
        "`apps:|  - script: {}` ~ 2:13: error: script: expected a text, found an empty map",
        "`apps:|  - script:` ~ 2:12: error: script: expected a text, found nothing",
        "`apps:|  - script: a|    kill_timeout: soon` ~ 3:19: error: kill_timeout: expected a"
            + " number of milliseconds, or a duration such as 5s, found \"soon\"",
        "`apps:|  - script: a|    kill_timeout: -1` ~ 3:19: error: kill_timeout: expected a"
            + " number of milliseconds, or a duration such as 5s, found \"-1\"",
        "`apps:|  - script: a|    autorestart: yes` ~ 3:18: error: autorestart: expected true or"
            + " false, found \"yes\"",
        "`apps:|  - script: a|    instances: many` ~ 3:16: error: instances: expected a number,"
            + " or max, found \"many\"",
        "`apps:|  - script: a|    port: 70000` ~ 3:11: error: port: expected a number from 1 to"
            + " 65535, found \"70000\"",
        "`apps:|  - script: a|    kill_signal: SIGTREM` ~ 3:18: error: kill_signal: expected a"
            + " signal such as SIGTERM, found \"SIGTREM\"; did you mean \"SIGTERM\"?",
        "`apps:|  - script: a|    args: {}` ~ 3:11: error: args: expected a text that is split at"
            + " blanks, or a list of texts, found an empty map",
        "`apps:|  - script: a|    args: [[]]` ~ 3:12: error: args: expected a text in the list,"
            + " found an empty list",
        "`apps:|  - script: a|    args: it's` ~ 3:11: error: args: expected words as for a shell,"
            + " but the quote ' is not closed",
        "`apps:|  - script: a|    env: A=b` ~ 3:10: error: env: expected a map of names to"
            + " values, found \"A=b\"",
        "`apps:|  - script: a|    env: {A: }` ~ 3:13: error: env: A: expected a text, number or"
            + " true/false, found nothing (write \"\" for an empty one)",
        "`apps:|  - script: a|    env: {A=B: c}` ~ 3:11: error: env: expected a variable's name,"
            + " found \"A=B\"",
        "`apps:|  - script: a|    env_x: [1]` ~ 3:12: error: env_x: expected a map of names to"
            + " values, found a list",
        "`apps:|  - script: a|    increment_var: P` ~ 3:20: error: increment_var: expected a"
            + " variable of env that holds a number, found no P there",
        "`apps:|  - script: a b|    args: c` ~ 3:5: error: args has no place here: script has"
            + " blanks, so it is a line for the shell; expected a script without blanks, or"
            + " everything in the line",
        "`apps:|  - {script: a, name: \"x\\ny\"}` ~ 2:23: error: name: expected a text without"
            + " control characters",
        "`apps:|  - script: b/a.sh|  - script: a` ~ 3:5: error: the name \"a\" is taken by the"
            + " app of line 2; expected a different name:",
        // YAML itself
        "`apps:|\t- script: a` ~ 2:1: error: not YAML: a tab stands where the indentation is;"
            + " expected blanks",
        "`apps: [` ~ 1:8: error: not YAML: while parsing a flow node: expected the node content,"
            + " but found '<stream end>'",
        "`apps:|- script: a|---|apps: []` ~ 3:1: error: a second YAML document starts here"
            + " (---); expected one",
        "`apps:|- script: a|  <<: 3` ~ 3:3: error: <<: expected a map, found \"3\"",
      })
  void read_mistake_namesPlaceAndExpectation(String text, String expected) throws IOException {
    Path file = write("brood.yaml", text.replace("|", "\n"));
    String[] lines = expected.split("\\|");
    assertThat(failure(file).getMessage().split("\n"))
        .containsExactly(
            Arrays.stream(lines).map(line -> file + ":" + line).toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`` ~ 1:1: error: no process here; expected lines NAME: SHELL LINE",
        "`web` ~ 1:1: error: expected NAME: SHELL LINE, found \"web\"",
        "`web:` ~ 1:5: error: web: expected a shell line, found nothing",
        "`a: b|a: c` ~ 2:1: error: \"a\" is already the process of line 1",
      })
  void read_procfileMistake_namesLine(String text, String expected) throws IOException {
    Path file = write("Procfile", text.replace("|", "\n"));
    assertThat(failure(file)).hasMessage(file + ":" + expected);
  }

  @Test
  void read_severalMistakes_reportsAllInOrderOfFile() throws IOException {
    Path file = write("brood.yaml", "apps:\n- scrip: a\n- script: b\n  nam: c\n  port: x\n");
    assertThat(failure(file).problems()).extracting(Problem::line).containsExactly(2, 2, 4, 5);
  }

  @Test
  void read_hundredMistakes_showsTwentyAndCountsTheRest() throws IOException {
    String text = "apps:\n- script: a\n";
    for (int i = 0; i < 100; i++) {
      text += "  wrong" + i + ": 1\n";
    }
    assertThat(failure(write("brood.yaml", text)).getMessage().lines())
        .hasSize(21)
        .last()
        .asString()
        .endsWith("80 more errors are not shown");
  }

  @Test
  void read_missingFile_saysSo() {
    Path file = directory.resolve("brood.yaml");
    assertThat(failure(file)).hasMessage(file + ": no such file");
  }

  @Test
  void read_directory_saysSo() {
    Path file = directory.resolve("x.yaml");
    assertThat(file.toFile().mkdir()).isTrue();
    assertThat(failure(file)).hasMessage(file + ": is a directory; expected a brood file");
  }

  @Test
  void read_unknownFileName_saysWhichAreTaken() throws IOException {
    Path file = write("apps.toml", "");
    assertThat(failure(file))
        .hasMessage(file + ": expected a name that ends in .yaml, .yml or .json, or a Procfile");
  }

  @Test
  void read_javaScriptFile_saysThatItIsNotSupportedYet() throws IOException {
    Path file = write("ecosystem.config.js", "module.exports = {}");
    assertThat(failure(file)).hasMessageContaining("JavaScript files are not supported yet");
  }

  @Test
  void read_notUtf8_namesLine() throws IOException {
    Path file = directory.resolve("brood.yaml");
    Files.write(file, "apps:\n- script: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(failure(file))
        .hasMessage(file + ":2:1: error: a byte in or after this line is not UTF-8");
  }

  @Test
  void read_utf16_saysSo() throws IOException {
    Path file = directory.resolve("brood.yaml");
    Files.write(file, "apps:".getBytes(StandardCharsets.UTF_16));
    assertThat(failure(file)).hasMessage(file + ":1:1: error: the file is UTF-16; expected UTF-8");
  }

  @Test
  void read_mapsThatMergeEachOther_endsWithAnError() throws IOException {
    Path file = write("brood.yaml", "apps:\n- &a\n  script: b\n  <<: *a\n");
    assertThat(failure(file)).hasMessageContaining("4:3: error: <<: maps refer to each other");
  }

  private ConfigException failure(Path file) {
    ConfigException failure =
        catchThrowableOfType(ConfigException.class, () -> BroodFile.read(file, Map.of()));
    assertThat(failure).as("reading must fail").isNotNull();
    return failure;
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }
}
