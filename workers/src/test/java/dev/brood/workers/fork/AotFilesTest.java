package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Stdio;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What caches are made of and where they are kept, without a JVM. */
class AotFilesTest {
  /** Takes the lock of a folder, says so, and holds it until its input ends. */
  private static final String LOCK =
      """
      import fcntl, sys
      file = open(sys.argv[1], "w")
      fcntl.lockf(file, fcntl.LOCK_EX)
      print("locked", flush=True)
      sys.stdin.read()
      """;

  @TempDir Path folder;

  private static void write(Path file) throws IOException {
    Path unused = Files.writeString(file, "a cache");
  }

  @Test
  void attempt_whileAnotherProcessMakesOne_makesNone() throws Exception {
    AotFolder caches = new AotFolder(folder.resolve("caches"));
    assertThat(caches.attempt("one", AotFilesTest::write)).isPresent();
    String lock = folder.resolve("caches/lock").toString();
    try (Child other = Command.of("python3", "-c", LOCK, lock).stdin(Stdio.pipe()).spawn()) {
      assertThat(other.stdout().readLine()).isEqualTo("locked");
      assertThat(caches.attempt("two", AotFilesTest::write)).isEmpty();
      assertThatIOException()
          .isThrownBy(() -> caches.await("two", Duration.ZERO, AotFilesTest::write));
      other.stdin().close();
      assertThat(caches.await("two", Duration.ofSeconds(60), AotFilesTest::write)).exists();
    }
  }

  @Test
  void attempt_thatFails_leavesNothingAndCanBeRepeated() throws Exception {
    AotFolder caches = new AotFolder(folder.resolve("caches"));
    assertThatIOException()
        .isThrownBy(() ->
            caches.attempt(
                "one",
                file -> {
                  write(file);
                  throw new IOException("on purpose");
                }))
        .withMessage("on purpose");
    assertThat(caches.find("one")).isEmpty();
    assertThat(folder.resolve("caches/new")).isEmptyDirectory();
    Path left = Files.writeString(folder.resolve("caches/new/left behind"), "");
    assertThat(caches.attempt("one", AotFilesTest::write)).isPresent();
    assertThat(left).doesNotExist();
  }

  @Test
  void attempt_withMoreThanSixteen_removesThoseNotUsedForLongest() throws Exception {
    AotFolder caches = new AotFolder(folder);
    Instant now = Instant.now();
    for (int i = 0; i < 20; i++) {
      Path file = Files.writeString(folder.resolve("k" + i + ".aot"), "");
      Path unused =
          Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofHours(i + 2))));
    }
    assertThat(caches.find("k19")).isPresent(); // used now
    assertThat(caches.attempt("newest", AotFilesTest::write)).isPresent();
    assertThat(List.of("newest", "k19", "k0", "k13")).allMatch(key -> exists(key));
    assertThat(List.of("k14", "k15", "k16", "k17", "k18")).noneMatch(key -> exists(key));
  }

  private boolean exists(String key) {
    return Files.exists(folder.resolve(key + ".aot"));
  }

  @Test
  void find_whereOthersMayWrite_isRefused() throws Exception {
    AotFolder caches = new AotFolder(folder);
    assertThat(caches.attempt("one", AotFilesTest::write)).isPresent();
    Path unused =
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatIOException()
        .isThrownBy(() -> caches.find("one"))
        .withMessageContaining("others may write");
  }

  @Test
  void jars_namedByAManifest_belongToTheClassPath() throws Exception {
    Path main = folder.resolve("main.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "lib/a.jar main.jar gone.jar");
    try (OutputStream out = Files.newOutputStream(main)) {
      new JarOutputStream(out, manifest).close();
    }
    Path library = Files.createDirectory(folder.resolve("lib")).resolve("a.jar");
    try (OutputStream out = Files.newOutputStream(library)) {
      new JarOutputStream(out, new Manifest()).close();
    }
    assertThat(AotJars.of(List.of(main)))
        .containsExactly(main, library, folder.resolve("gone.jar"));
    assertThat(AotJars.of(List.of(folder.resolve("lib")))).containsExactly(library);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:AOTCache=mine",
        "-Xshare:off",
        "-XX:SharedArchiveFile=mine",
        "-javaagent:trace.jar",
        "-agentlib:jdwp=transport=dt_socket",
        "--patch-module=a=b",
        "@options"
      })
  void shaping_withAnOptionThatRulesACacheOut_isRefused(String option) {
    assertThatExceptionOfType(AotCacheException.class)
        .isThrownBy(() -> AotOptions.shaping(List.of("--class-path", "a.jar", option)))
        .withMessageContaining(option);
  }

  @Test
  void shaping_ofOptions_keepsWhatJvmAndCacheHaveInCommon() {
    assertThat(
            AotOptions.shaping(
                List.of(
                    "-Dkey=value",
                    "--add-opens",
                    "a/b=ALL-UNNAMED",
                    "-XX:StartFlightRecording=filename=x.jfr",
                    "-XX:OnError=reboot",
                    "-Xlog:gc:file=gc.log",
                    "-XX:+UseZGC",
                    "-XX:MaxRAMPercentage=25.5",
                    "-Xmx1g")))
        .containsExactly(
            "--add-opens", "a/b=ALL-UNNAMED", "-XX:+UseZGC", "-XX:MaxRAMPercentage=25.5", "-Xmx1g");
  }
}
