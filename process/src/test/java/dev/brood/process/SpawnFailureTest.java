package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brood.process.SpawnException.Reason;
import dev.brood.process.SpawnException.Stage;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way a start can fail is another typed error; the census proves that nothing is left. */
class SpawnFailureTest {
  @TempDir private Path directory;

  private static SpawnException failure(Place place, Command command) throws Exception {
    SpawnException thrown =
        place.call(() -> catchThrowableOfType(SpawnException.class, command::spawn));
    assertThat(thrown).as("%s started", command).isNotNull();
    assertThat(thrown.commandLine()).isEqualTo(command.commandLine());
    assertThat(thrown)
        .hasMessageStartingWith("cannot start ")
        .hasMessageContaining(thrown.object());
    if (thrown.errno() != null) {
      assertThat(thrown).hasMessageContaining(thrown.errno());
    }
    return thrown;
  }

  private static void assertIs(
      SpawnException thrown, Stage stage, Reason reason, String errno, String object) {
    assertThat(thrown.stage()).as(thrown.getMessage()).isEqualTo(stage);
    assertThat(thrown.reason()).isEqualTo(reason);
    assertThat(thrown.errno()).isEqualTo(errno);
    assertThat(thrown.object()).isEqualTo(object);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_programNowhereInPath_isNotFound(Place place) throws Exception {
    SpawnException thrown = failure(place, Command.of("brood-no-such-program", "x"));

    assertIs(thrown, Stage.RESOLVE, Reason.PROGRAM_NOT_FOUND, "ENOENT", "brood-no-such-program");
    assertThat(thrown).hasMessageContaining("searched PATH=");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_programFileMissing_isNotFound(Place place) throws Exception {
    Path missing = directory.resolve("missing");

    assertIs(
        failure(place, Command.of(missing)),
        Stage.RESOLVE,
        Reason.PROGRAM_NOT_FOUND,
        "ENOENT",
        missing.toString());
  }

  @Test
  void spawn_wholeLineAsProgram_hintsAtArguments() throws Exception {
    assertThat(failure(Place.PLATFORM, Command.of("ls -l")))
        .hasMessageContaining("one by one")
        .hasMessageContaining("Shell.of");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_directoryMissing_isAnErrorOfItsOwn(Place place) throws Exception {
    Path missing = directory.resolve("missing");

    assertIs(
        failure(place, Command.of("true").directory(missing)),
        Stage.DIRECTORY,
        Reason.DIRECTORY_NOT_ENTERED,
        "ENOENT",
        missing.toString());
  }

  @Test
  void spawn_directoryIsFile_saysNotADirectory() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertIs(
        failure(Place.PLATFORM, Command.of("true").directory(file)),
        Stage.DIRECTORY,
        Reason.DIRECTORY_NOT_ENTERED,
        "ENOTDIR",
        file.toString());
  }

  @Test
  void spawn_programAndDirectoryMissing_isStillTyped() throws Exception {
    SpawnException thrown =
        failure(
            Place.PLATFORM, Command.of("./missing").directory(directory.resolve("also-missing")));

    assertThat(thrown.stage()).isEqualTo(Stage.DIRECTORY);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_programIsDirectory_saysSo(Place place) throws Exception {
    assertIs(
        failure(place, Command.of(directory)),
        Stage.RESOLVE,
        Reason.PROGRAM_IS_DIRECTORY,
        "EACCES",
        directory.toString());
  }

  @Test
  void spawn_onlyDirectoryOfThatNameInPath_saysSo() throws Exception {
    Files.createDirectory(directory.resolve("tool"));

    assertThat(
            failure(Place.PLATFORM, Command.of("tool").env("PATH", directory.toString())).reason())
        .isEqualTo(Reason.PROGRAM_IS_DIRECTORY);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_noExecutePermission_saysSo(Place place) throws Exception {
    Path file = Files.writeString(directory.resolve("plain"), "#!/bin/sh\n");

    SpawnException thrown = failure(place, Command.of(file));

    assertIs(thrown, Stage.RESOLVE, Reason.NOT_EXECUTABLE, "EACCES", file.toString());
    assertThat(thrown).hasMessageContaining("chmod +x");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_interpreterMissing_namesIt(Place place) throws Exception {
    Path file = StartTest.script(directory.resolve("s"), "#!/no/such/interpreter -x\necho hi\n");

    SpawnException thrown = failure(place, Command.of(file));

    assertIs(thrown, Stage.EXEC, Reason.INTERPRETER_MISSING, "ENOENT", file.toString());
    assertThat(thrown).hasMessageContaining("/no/such/interpreter");
  }

  @Test
  void spawn_interpreterLineFromWindows_showsTheCarriageReturn() throws Exception {
    Path file = StartTest.script(directory.resolve("s"), "#!/bin/sh\r\necho hi\r\n");

    assertThat(failure(Place.PLATFORM, Command.of(file))).hasMessageContaining("/bin/sh\\r");
  }

  @Test
  void spawn_interpreterMissingOfRelativeProgram_isFoundOut() throws Exception {
    StartTest.script(directory.resolve("s"), "#!/no/such/interpreter\n");

    assertThat(failure(Place.PLATFORM, Command.of("./s").directory(directory)).reason())
        .isEqualTo(Reason.INTERPRETER_MISSING);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_scriptWithoutInterpreterLine_isNotHandedToAShell(Place place) throws Exception {
    Path mark = directory.resolve("ran");
    Path file = StartTest.script(directory.resolve("s"), "touch '" + mark + "'\n");

    SpawnException thrown = failure(place, Command.of(file));

    assertIs(thrown, Stage.EXEC, Reason.NO_INTERPRETER_LINE, "ENOEXEC", file.toString());
    assertThat(mark).doesNotExist();
  }

  @Test
  void spawn_programHeldOpenForWriting_saysBusyAfterSomeTries() throws Exception {
    Path file = StartTest.script(directory.resolve("s"), "#!/bin/sh\n");
    try (OutputStream writing = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      SpawnException thrown = failure(Place.PLATFORM, Command.of(file));

      assertIs(thrown, Stage.EXEC, Reason.TEXT_BUSY, "ETXTBSY", file.toString());
      writing.flush();
    }
    assertThat(Command.of(file).text()).isEmpty();
  }

  @Test
  void spawn_emptyFile_isNoProgram() throws Exception {
    Path file = StartTest.script(directory.resolve("empty"), "");

    assertThat(failure(Place.PLATFORM, Command.of(file)).reason())
        .isEqualTo(Reason.NO_INTERPRETER_LINE);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_oneArgumentOf200000Bytes_saysWhichAndHowLong(Place place) throws Exception {
    SpawnException thrown = failure(place, Command.of("true", "short", "x".repeat(200_000)));

    assertThat(thrown.reason()).isEqualTo(Reason.ARGUMENTS_TOO_LONG);
    assertThat(thrown.stage()).isEqualTo(Stage.EXEC);
    assertThat(thrown.errno()).isEqualTo("E2BIG");
    assertThat(thrown.getMessage())
        .contains("argv[2]", "200,001", "131,071")
        .hasSizeLessThan(4_000);
  }

  @Test
  void spawn_longestArgumentAllowed_starts() throws Exception {
    assertThat(Command.of("printf", "%s", "x".repeat(131_071)).text()).hasSize(131_071);
  }

  @Test
  void spawn_manyArgumentsAboveTheLimit_saysTheTotal() throws Exception {
    List<String> many = Collections.nCopies(70_000, "y".repeat(99));

    SpawnException thrown = failure(Place.PLATFORM, Command.of("true").args(many));

    assertThat(thrown.reason()).isEqualTo(Reason.ARGUMENTS_TOO_LONG);
    assertThat(thrown).hasMessageContaining("7,000,005 bytes");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_outputFileInMissingDirectory_isARedirectError(Place place) throws Exception {
    Path file = directory.resolve("missing/out");

    assertIs(
        failure(place, Command.of("true").stdout(Stdio.file(file))),
        Stage.REDIRECT,
        Reason.FILE_NOT_OPENED,
        "ENOENT",
        file.toString());
  }

  @Test
  void spawn_outputFileAmongSeveralSinksMissing_isARedirectError() throws Exception {
    Path file = directory.resolve("missing/out");
    Path other = directory.resolve("other");

    SpawnException thrown =
        failure(
            Place.PLATFORM,
            Command.of("true").stdout(Stdio.pipe(), Stdio.file(other), Stdio.file(file)));

    assertThat(thrown.stage()).isEqualTo(Stage.REDIRECT);
    assertThat(thrown.object()).isEqualTo(file.toString());
  }

  @Test
  void spawn_inputFileMissing_isARedirectError() throws Exception {
    Path file = directory.resolve("missing");

    assertThat(failure(Place.PLATFORM, Command.of("cat").stdin(Stdio.file(file))).stage())
        .isEqualTo(Stage.REDIRECT);
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void spawn_descriptorNotOpen_isARedirectError(Place place) throws Exception {
    assertIs(
        failure(place, Command.of("true").descriptor(3, Stdio.descriptor(9_999))),
        Stage.REDIRECT,
        Reason.FILE_NOT_OPENED,
        "EBADF",
        "descriptor 9999");
  }

  @Test
  void spawn_programPathThroughAFile_isNotFound() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(failure(Place.PLATFORM, Command.of(file.resolve("x"))).errno()).isEqualTo("ENOTDIR");
  }

  @Test
  void spawn_linkThatLeadsToItself_isTyped() throws Exception {
    Path link = directory.resolve("loop");
    Files.createSymbolicLink(link, link);

    assertThat(failure(Place.PLATFORM, Command.of(link)).errno()).isEqualTo("ELOOP");
  }

  @Test
  void capture_1000Failures_leaveNothing() throws Exception {
    // The census after the test counts descriptors, zombies and threads.
    Command missing = Command.of("brood-no-such-program").stdin(Stdio.text("x"));
    Command noDirectory = Command.of("true").directory(directory.resolve("missing"));
    for (int i = 0; i < 500; i++) {
      assertThat(catchThrowableOfType(SpawnException.class, missing::capture)).isNotNull();
      assertThat(catchThrowableOfType(SpawnException.class, noDirectory::capture)).isNotNull();
    }
  }
}
