package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing left: descriptors (EMFILE), processes (EAGAIN), space (ENOSPC). */
class ShortageTest {
  @TempDir private Path directory;

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"PLATFORM,", "VIRTUAL,", "VIRTUAL,cold"})
  void spawn_anyNumberOfDescriptorsLeft_startsOrIsTypedAndLeavesNothing(String place, String cold)
      throws Exception {
    // Cold: the thread that starts children for virtual threads is made during the shortage.
    Command command =
        ChildJvm.behind("ulimit -n 128; exec \"$@\"", ShortageProbe.class, "descriptors", place);

    Result result =
        (cold == null ? command : command.arg(cold)).deadline(Duration.ofSeconds(100)).capture();

    assertThat(result.stdout().lines())
        .containsExactly(
            "failed some true, started some true",
            "afterwards hi, leaked 0",
            "end of file reached true",
            "living []",
            "stays true");
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"soon | [SIGTERM], survivors []", "never | [SIGTERM, SIGKILL], survivors []"})
  void stop_noDescriptorLeft_signalsAllTheSameAndEnds(String again, String report)
      throws Exception {
    Result result =
        ChildJvm.behind(
                "ulimit -n 128; exec \"$@\"", ShortageProbe.class, "stop", "PLATFORM", again)
            .deadline(Duration.ofSeconds(100))
            .capture();

    assertThat(result.stdout().lines())
        .containsExactly(report, "child signal SIGTERM, helper lives false");
  }

  @Tag("root")
  @ParameterizedTest
  @ValueSource(strings = {"PLATFORM", "VIRTUAL"})
  void spawn_noProcessLeft_isTypedAndRecovers(String place) throws Exception {
    // Root is not bound by RLIMIT_NPROC, so another user; nobody else has that number.
    String line =
        "exec setpriv --reuid=61234 --regid=61234 --clear-groups prlimit --nproc=60 \"$@\"";

    Result result =
        ChildJvm.behind(line, ShortageProbe.class, "processes", place)
            .directory(Path.of("/"))
            .deadline(Duration.ofSeconds(100))
            .capture();

    assertThat(result.stdout().lines())
        .containsExactly(
            "LIMITS RESOURCES_EXHAUSTED EAGAIN, after some true", "afterwards hi, leaked 0");
  }

  @Tag("root")
  @Test
  void file_onAFullFileSystem_isAClearError() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("small"));
    Command.of("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount.toString()).capture();
    try {
      Path file = mount.resolve("out");

      ExitException direct =
          catchThrowableOfType(
              ExitException.class,
              () ->
                  Command.of("head", "-c", "1000000", "/dev/zero")
                      .stdout(Stdio.file(file))
                      .stderr(Stdio.capture())
                      .run());
      assertThat(direct).hasMessageContaining("No space left on device");

      StdioException copied =
          catchThrowableOfType(
              StdioException.class,
              () -> Command.of("yes").stdout(Stdio.append(file), Stdio.tail(10)).run());
      assertThat(copied.reason()).isEqualTo(StdioException.Reason.SINK_FAILED);
      assertThat(copied).hasMessageContaining("No space left on device");
    } finally {
      Command.of("umount", mount.toString()).capture();
    }
  }
}
