package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.testkit.HelperPrograms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
  private static List<String> seen(Environment environment) throws InterruptedException {
    String output =
        Command.of(HelperPrograms.printEnvironment())
            .environment(environment)
            .capture()
            .stdout()
            .text();
    List<String> entries = new ArrayList<>(List.of(output.split("\0", -1)));
    entries.removeLast();
    return entries;
  }

  private static Map<String, String> map(List<String> entries) {
    Map<String, String> result = new TreeMap<>();
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      assertThat(result.put(entry.substring(0, equals), entry.substring(equals + 1))).isNull();
    }
    return result;
  }

  @Test
  void inherit_default_isOurs() throws Exception {
    assertThat(map(seen(Environment.inherit()))).isEqualTo(System.getenv());
  }

  @Test
  void with_newAndExistingNames_areSetOnce() throws Exception {
    Map<String, String> expected = new TreeMap<>(System.getenv());
    expected.put("PATH", "/bin:/usr/bin");
    expected.put("BROOD_NEW", "a=b c");
    expected.put("BROOD_EMPTY", "");

    assertThat(
            map(
                seen(
                    Environment.inherit()
                        .with("PATH", "/bin:/usr/bin")
                        .with("BROOD_NEW", "a=b c")
                        .with("BROOD_EMPTY", ""))))
        .isEqualTo(expected);
  }

  @Test
  void with_sameNameTwice_laterWins() throws Exception {
    Map<String, String> several = new LinkedHashMap<>();
    several.put("A", "2");
    several.put("B", "3");

    assertThat(seen(Environment.empty().with("A", "1").with(several).with("B", "4")))
        .containsExactlyInAnyOrder("A=2", "B=4");
  }

  @Test
  void without_names_areUnset() throws Exception {
    Map<String, String> expected = new TreeMap<>(System.getenv());
    expected.remove("PATH");
    expected.remove("HOME");

    assertThat(map(seen(Environment.inherit().without("PATH", "HOME", "BROOD_NOT_THERE"))))
        .isEqualTo(expected);
    assertThat(seen(Environment.empty().with("A", "1").without("A"))).isEmpty();
    assertThat(seen(Environment.empty().without("A").with("A", "1"))).containsExactly("A=1");
  }

  @Test
  void only_names_areThoseThatExist() throws Exception {
    assertThat(seen(Environment.only("PATH", "BROOD_NOT_THERE")))
        .containsExactly("PATH=" + System.getenv("PATH"));
    assertThat(seen(Environment.only("PATH").with("X", "1").without("PATH")))
        .containsExactly("X=1");
  }

  @Test
  void empty_hasNothing() throws Exception {
    assertThat(seen(Environment.empty())).isEmpty();
  }

  @Test
  void env_onCommand_changesOnTopOfTheEnvironment() throws Exception {
    String output =
        Command.of("env")
            .environment(Environment.empty())
            .env("A", "1")
            .env("B", "2")
            .unsetEnv("A")
            .text();

    assertThat(output).isEqualTo("B=2");
  }

  @Test
  void with_nonAsciiNameAndValue_isUtf8() throws Exception {
    assertThat(seen(Environment.empty().with("NÄME", "wért€😀"))).containsExactly("NÄME=wért€😀");
  }

  @ParameterizedTest
  @ValueSource(strings = {"A=B", "=", "=A", "A="})
  void with_equalsInName_isRefusedWithTheName(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Environment.inherit().with(name, "x"))
        .withMessageContaining("\"" + name + "\"");
    assertThatIllegalArgumentException().isThrownBy(() -> Environment.inherit().without(name));
    assertThatIllegalArgumentException().isThrownBy(() -> Environment.only(name));
  }

  @Test
  void with_emptyOrNulName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Environment.inherit().with("", "x"))
        .withMessageContaining("empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Environment.inherit().with("A\0B", "x"))
        .withMessageContaining("\"A\\0B\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Environment.inherit().with(Map.of("A", "x\0y")))
        .withMessageContaining("\"x\\0y\"");
  }

  @Test
  void only_sameNameTwice_isAsOnce() throws Exception {
    assertThat(seen(Environment.only("PATH", "PATH")))
        .containsExactly("PATH=" + System.getenv("PATH"));
  }

  @Test
  void with_changes_leaveTheOldValueAlone() throws Exception {
    Environment base = Environment.empty();
    base.with("A", "1");

    assertThat(seen(base)).isEmpty();
  }
}
