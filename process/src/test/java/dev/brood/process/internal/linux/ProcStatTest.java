package dev.brood.process.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.testkit.Census;
import dev.brood.testkit.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Census.Extension.class)
class ProcStatTest {
  private static final String REST =
      " S 7 8 9 -1 -1 4194560 1 2 3 4 150 25 6 7 20 0 12 0 8839 9096646656 15700"
          + " 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

  private static ProcStat parse(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return ProcStat.parse(bytes, bytes.length);
  }

  @Test
  void parse_ordinaryLine_takesTheFieldsFromTheirPlaces() {
    assertThat(parse("4711 (java)" + REST))
        .isEqualTo(
            new ProcStat(
                4711, "java", 'S', 7, 8, 9, -1, 150, 25, 13, 12, 8839, 9_096_646_656L, 15_700));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ")", "(", "a b", ") R 1 2 3 (", "x\ny", "))((", "ünï", "0 (x) S"})
  void parse_oddName_isKeptWhole(String name) {
    ProcStat stat = parse("4711 (" + name + ")" + REST);

    assertThat(stat).isNotNull();
    assertThat(stat.comm()).isEqualTo(name);
    assertThat(stat.parent()).isEqualTo(7);
    assertThat(stat.startTicks()).isEqualTo(8839);
  }

  @Test
  void parse_anyName_neverShiftsTheOtherFields() {
    Seeds.check(
        2000,
        gen -> {
          ProcStat stat = parse("1 (" + gen.text(") (R1\n-", 5) + ")" + REST);
          assertThat(stat).isNotNull();
          assertThat(stat.parent()).isEqualTo(7);
          assertThat(stat.residentPages()).isEqualTo(15_700);
        });
  }

  @Test
  void parse_lineCutAnywhere_isNullOrRight() {
    byte[] line = ("4711 (a) b)" + REST).getBytes(StandardCharsets.UTF_8);
    int complete = new String(line, StandardCharsets.UTF_8).indexOf(" 18446744073709551615");
    for (int length = 0; length < complete - 5; length++) {
      assertThat(ProcStat.parse(line, length)).as("cut at %d", length).isNull();
    }
    assertThat(ProcStat.parse(line, line.length)).isNotNull();
  }

  @Test
  void read_ownProcess_agreesWithTheJdk() {
    ProcStat stat = ProcStat.read(ProcessHandle.current().pid());

    assertThat(stat).isNotNull();
    assertThat(stat.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(stat.parent()).isEqualTo(ProcessHandle.current().parent().orElseThrow().pid());
    assertThat(stat.threads()).isGreaterThan(1);
    assertThat(stat.dead()).isFalse();
  }

  @Test
  void read_noSuchProcess_isNull() {
    assertThat(ProcStat.read(Integer.MAX_VALUE)).isNull();
  }

  @Test
  void read_emptyFile_isNull(@TempDir Path root) throws IOException {
    Files.createFile(Files.createDirectory(root.resolve("5")).resolve("stat"));

    assertThat(ProcStat.read(root.toString(), 5)).isNull();
  }

  @Test
  void pids_rootWithOtherEntries_takesNumbersOnly(@TempDir Path root) throws IOException {
    for (String name : new String[] {"1", "42", "self", "4x", "x4", "0", "4194304"}) {
      Files.createDirectory(root.resolve(name));
    }

    long[] pids = ProcStat.pids(root.toString());

    Arrays.sort(pids);
    assertThat(pids).containsExactly(1, 42, 4194304);
  }

  @Test
  void pids_realRoot_containsThisProcess() {
    assertThat(ProcStat.pids()).contains(ProcessHandle.current().pid());
  }

  @Test
  void pids_missingRoot_isAnError(@TempDir Path root) {
    assertThatThrownBy(() -> ProcStat.pids(root + "/missing"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(root + "/missing");
  }

  @Test
  void read_noDescriptorLeft_isAnErrorAndNotVanished() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -n 64; exec \"$@\"",
            "sh",
            System.getProperty("java.home") + "/bin/java",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            location(ProcStat.class) + ":" + location(DescriptorShortage.class),
            DescriptorShortage.class.getName());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    process.getOutputStream().close();
    process.getInputStream().close();
    process.getErrorStream().close();
    assertThat(output).isEqualTo("read error\npids error\nvanished null\n");
  }

  private static String location(Class<?> type) throws Exception {
    // The class file itself says where it lies, be the module patched or not.
    String name = type.getName().replace('.', '/') + ".class";
    String path = type.getResource("/" + name).toURI().getPath();
    return path.substring(0, path.length() - name.length() - 1);
  }
}
