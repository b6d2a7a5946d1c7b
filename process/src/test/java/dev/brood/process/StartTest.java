package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StartTest {
  @TempDir private Path directory;

  static Path script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<String> arguments(String output) {
    List<String> found = new ArrayList<>(List.of(output.split("\0", -1)));
    found.removeLast();
    return found;
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_anyArguments_arriveByteForByte(Place place) throws Exception {
    String[] nasty = QuotingTest.NASTY.toArray(String[]::new);

    String output =
        place.call(
            () -> Command.of(HelperPrograms.printArguments(nasty)).capture().stdout().text());

    assertThat(arguments(output)).containsExactly(nasty);
  }

  @Test
  void spawn_shellCharacters_areNotExpanded() throws Exception {
    assertThat(Command.of("echo", "$HOME", "*", "~", "`id`", "$(id)", "a;b").text())
        .isEqualTo("$HOME * ~ `id` $(id) a;b");
  }

  @Test
  void args_eachWayToAdd_keepsTheOrder() throws Exception {
    Command command =
        Command.of("printf", "%s,").arg("a").args("b", "c").args(List.of("d")).secret("e").arg("f");

    assertThat(command.text()).isEqualTo("a,b,c,d,e,f,");
  }

  @Test
  void secret_wherever_isMaskedInText() {
    Command command = Command.of("brood-login", "--password").secret("hunter2");

    assertThat(command.commandLine()).isEqualTo("brood-login --password '***'");
    assertThat(command.argv()).containsExactly("brood-login", "--password", "***");
    assertThat(command).hasToString("brood-login --password '***'");
    assertThat(command.dryRun()).doesNotContain("hunter2");
    assertThat(org.assertj.core.api.Assertions.catchThrowable(command::capture))
        .isInstanceOf(SpawnException.class)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void argv0_set_isWhatTheProgramSees() throws Exception {
    assertThat(Command.of(HelperPrograms.printName()).argv0("other name").text())
        .isEqualTo("other name");
    assertThat(Command.of(HelperPrograms.printName()).text()).isEqualTo("sh");
  }

  @Test
  void nul_anywhere_isRefusedWithTheOffendingValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("a\0b"))
        .withMessageContaining("\"a\\0b\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("echo", "x", "c\0d"))
        .withMessageContaining("\"c\\0d\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("echo").args(List.of("e\0f")))
        .withMessageContaining("\"e\\0f\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("echo").argv0("g\0h"))
        .withMessageContaining("\"g\\0h\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("echo").env("N", "v\0w"))
        .withMessageContaining("N")
        .withMessageContaining("\"v\\0w\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("echo").secret("pass\0word"))
        .withMessageNotContaining("pass");
  }

  @Test
  void of_emptyProgram_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Command.of(""));
    assertThatIllegalArgumentException().isThrownBy(() -> Command.of(List.of()));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void program_bareName_isFoundInThePathOfTheChild(Place place) throws Exception {
    script(directory.resolve("brood-here"), "#!/bin/sh\necho found\n");

    assertThat(
            place.call(() -> Command.of("brood-here").env("PATH", "/nowhere:" + directory).text()))
        .isEqualTo("found");
  }

  @Test
  void program_noPathInTheChild_isFoundInTheSystemsDefault() throws Exception {
    assertThat(Command.of("echo", "hi").environment(Environment.empty()).text()).isEqualTo("hi");
  }

  @Test
  void program_emptyAndRelativePathEntries_arePassedOver() throws Exception {
    script(directory.resolve("brood-local"), "#!/bin/sh\necho wrong\n");
    Command command = Command.of("brood-local").directory(directory);

    for (String path : List.of("", ":/bin", "/bin:", "/bin::/usr/bin", ".", "sub:.:")) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () -> command.env("PATH", path).capture()))
          .as("PATH=%s", path)
          .isInstanceOfSatisfying(
              SpawnException.class,
              e -> assertThat(e.reason()).isEqualTo(SpawnException.Reason.PROGRAM_NOT_FOUND));
    }
  }

  @Test
  void program_firstInPathMayNotBeExecuted_nextOneIs() throws Exception {
    Path first = Files.createDirectory(directory.resolve("first"));
    Path second = Files.createDirectory(directory.resolve("second"));
    Files.createDirectory(first.resolve("brood-tool"));
    script(second.resolve("brood-tool"), "#!/bin/sh\necho second\n");

    assertThat(Command.of("brood-tool").env("PATH", first + ":" + second).text())
        .isEqualTo("second");
  }

  @Test
  void program_relativeWithDirectory_isTakenFromTheDirectoryOfTheChild() throws Exception {
    script(directory.resolve("here.sh"), "#!/bin/sh\npwd -P\n");

    assertThat(Command.of("./here.sh").directory(directory).text())
        .isEqualTo(directory.toRealPath().toString());
  }

  @Test
  void program_pathObject_isTakenFromOurDirectory() throws Exception {
    Path script = script(directory.resolve("it"), "#!/bin/sh\npwd -P\n");
    Path relative = Path.of("").toAbsolutePath().relativize(script);

    assertThat(Command.of(relative).directory(Path.of("/")).text()).isEqualTo("/");
  }

  @Test
  void directory_set_isWhereTheChildIs() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("ä b"));

    assertThat(Command.of(HelperPrograms.printDirectory()).directory(odd).text())
        .isEqualTo(odd.toRealPath().toString());
    assertThat(Command.of(HelperPrograms.printDirectory()).text())
        .isEqualTo(Path.of("").toRealPath().toString());
  }

  @Test
  void script_withLongOptionsInItsFirstLine_isRun() throws Exception {
    Path file = script(directory.resolve("s"), "#!/usr/bin/env -S sh -e\necho $1\n");

    assertThat(Command.of(file, "x").text()).isEqualTo("x");
  }

  @Test
  void command_oneValueManyTimesAtOnce_givesIndependentRuns() throws Exception {
    Command command = Command.of("sh", "-c", "read -r x; echo $x $$").stdin(Stdio.text("in\n"));
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(command::text);
      }
      List<String> outputs = new ArrayList<>();
      for (Future<String> future : executor.invokeAll(calls)) {
        outputs.add(future.get());
      }
      assertThat(outputs).doesNotHaveDuplicates().allMatch(text -> text.matches("in \\d+"));
    }
  }

  @Test
  void command_builderMethods_changeNothingInTheOldValue() {
    Command base = Command.of("git");
    base.arg("x").env("A", "b").directory(directory).argv0("y").stdout(Stdio.none());

    assertThat(base.dryRun()).isEqualTo("git");
  }
}
