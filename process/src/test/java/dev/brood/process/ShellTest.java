package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {
  @Test
  void of_nastyArguments_eachIsExactlyOneWord() throws Exception {
    for (String argument : QuotingTest.NASTY) {
      String output = Shell.of("printf '%s|' {} {}", argument, "x").capture().stdout().text();

      assertThat(output).isEqualTo(argument + "|x|");
    }
  }

  @Test
  void of_template_isRunByTheShellOnPurpose() throws Exception {
    assertThat(Shell.of("printf '%s\\n' b a | sort && echo $((40 + {}))", 2).textLines())
        .containsExactly("a", "b", "42");
  }

  @Test
  void of_argumentInRedirection_isTheFileOfThatName(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("a b'c $x");

    Shell.of("echo hi > {}", file).run();

    assertThat(file).hasContent("hi");
  }

  @Test
  void of_default_isBinShAndNamesItself() {
    assertThat(Shell.of("echo {}", "a b").argv()).containsExactly("/bin/sh", "-c", "echo 'a b'");
  }

  @Test
  void named_otherShell_runsTheLine() throws Exception {
    assertThat(Shell.named("bash").line("echo ${BASH_VERSION:+bash} {}", "x").text())
        .isEqualTo("bash x");
  }

  @Test
  void of_doubledBraces_areLiteral() throws Exception {
    assertThat(Shell.of("echo {{}} '{{}}' {}", 1).text()).isEqualTo("{} {} 1");
  }

  @Test
  void of_escapedQuote_opensNoQuotes() throws Exception {
    assertThat(Shell.of("echo \\' {} \"\\\"\" {}", 1, 2).text()).isEqualTo("' 1 \" 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo '{}'", "echo \"{}\"", "echo \"a\\\" {}\"", "echo 'a' '\\' '{}'"})
  void of_placeWithinQuotes_isRefusedWithTheTemplate(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shell.of(template, 1))
        .withMessageContaining("position")
        .withMessageContaining(template);
  }

  @Test
  void of_tooFewOrTooManyArguments_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shell.of("echo {} {}", 1))
        .withMessageContaining("echo {} {}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shell.of("echo {}", 1, 2))
        .withMessageContaining("1 of 2");
  }

  @Test
  void of_nulInArgument_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shell.of("echo {}", "a\0b"))
        .withMessageContaining("a\\0b");
  }
}
