package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.process.Command;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Caches of real JVMs, which start from jars. */
@Tag("slow")
@Timeout(600)
class AotCacheTest {
  private static final Duration SOON = Duration.ofMinutes(2);

  /** What the module needs; the first two parts are Brood itself, the third are these tests. */
  private static final Pattern MODULES =
      Pattern.compile("(part[01]|brood|jackson|resilience4j|slf4j|jspecify|micrometer).*[.]jar");

  @TempDir static Path jars;
  private static String classPath = "";

  @TempDir Path folder;

  /** Answers requests until its parent disconnects. */
  static final class Answers {
    public static void main(String[] arguments) throws Exception {
      Channel parent = Channel.parent().orElseThrow();
      Channel unused = parent.onRequest(message -> 2 * message.as(Integer.class));
      parent.onDisconnect().get();
    }
  }

  /** No cache can be made of the folders that tests run from. */
  @BeforeAll
  static void makeJars() throws IOException {
    Set<Path> all = new LinkedHashSet<>();
    int count = 0;
    for (Class<?> type : List.of(Fork.class, Command.class, AotCacheTest.class)) {
      Path place = Path.of(URI.create(location(type)));
      all.add(Files.isDirectory(place) ? jar(place, "part" + count++ + ".jar") : place);
    }
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      for (String entry : System.getProperty(property, "").split(":")) {
        if (entry.endsWith(".jar")) {
          all.add(Path.of(entry));
        }
      }
    }
    classPath = all.stream().map(Path::toString).collect(Collectors.joining(":"));
  }

  private static String location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().toString();
  }

  private static Path jar(Path classes, String name) throws IOException {
    Path jar = jars.resolve(name);
    try (Stream<Path> files = Files.walk(classes);
        OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        entries.write(Files.readAllBytes(file));
      }
    }
    return jar;
  }

  private Fork answers() {
    return Fork.of(Command.of(JavaRuntime.executable()))
        .runtimeArguments("--class-path", classPath, "--enable-native-access=ALL-UNNAMED")
        .runtimeArguments("-XX:+UseSerialGC", "-Xmx64m")
        .arguments(Answers.class.getName())
        .command(c -> c.stdout(Stdio.tail(4096)).stderr(Stdio.tail(4096)));
  }

  /** Runs one child, which must answer; its result. */
  private static Result run(Fork fork) throws Exception {
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.request(21, SOON).value()).isEqualTo(42);
      child.disconnect();
      return child.child().result();
    }
  }

  /** Whether the child had its classes from the cache, by the JVM's own log. */
  private boolean usesCache(Fork fork) throws Exception {
    Path log = folder.resolve("classes.log");
    Result unused = run(fork.runtimeArguments("-Xlog:class+load:file=" + log));
    return Files.readString(log).contains(Channel.class.getName() + " source: shared objects file");
  }

  @Test
  void make_once_servesAllChildrenOfTheSameKind() throws Exception {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    assertThat(usesCache(answers())).isFalse();
    Path file = cache.make(answers());
    assertThat(cache.make(answers())).isEqualTo(file);
    assertThat(usesCache(answers().aotCache(cache))).isTrue();
    assertThat(usesCache(answers().arguments("other").aotCache(cache))).isTrue();
    assertThat(folder.resolve("caches/new")).isEmptyDirectory();
    assertThat(Files.getPosixFilePermissions(folder.resolve("caches"))).hasSize(3);
  }

  @Test
  void make_forATaskInANamedModule_trainsThere() throws Exception {
    String modulePath =
        Stream.of(classPath.split(":"))
            .filter(jar -> MODULES.matcher(Path.of(jar).getFileName().toString()).matches())
            .collect(Collectors.joining(":"));
    Fork fork =
        Fork.of(Command.of(JavaRuntime.executable()))
            .runtimeArguments("--module-path", modulePath, "-XX:+UseSerialGC", "-Xmx64m")
            .runtimeArguments("--enable-native-access=dev.brood.process")
            .arguments("--module", "dev.brood.workers/" + ChildTaskMain.class.getName());
    assertThat(AotCache.in(folder.resolve("caches")).make(fork)).exists();
  }

  @Test
  void spawn_withoutACache_hasItMadeForLaterStarts() throws Exception {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    assertThat(usesCache(answers().aotCache(cache))).isFalse();
    Path unused = cache.make(answers()); // waits for the one in the background
    assertThat(usesCache(answers().aotCache(cache))).isTrue();
    try (Stream<Path> files = Files.list(folder.resolve("caches"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".aot"))).hasSize(1);
    }
  }

  @Test
  void spawn_fromASpoiledCache_startsWithoutAndTellsOnStandardErrorOnly() throws Exception {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    Path file = cache.make(answers());
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int written = channel.write(ByteBuffer.wrap(noise), channel.size() / 2);
      assertThat(written).isPositive();
    }
    assertStartsWithoutCache(cache);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(channel.truncate(100_000).size()).isEqualTo(100_000);
    }
    assertStartsWithoutCache(cache);
    Path unused = Files.write(file, new byte[0]);
    assertStartsWithoutCache(cache);
  }

  private void assertStartsWithoutCache(AotCache cache) throws Exception {
    Result result = run(answers().aotCache(cache));
    assertThat(result.stdout().text()).isEmpty();
    assertThat(result.stderr().text()).contains("[aot]");
  }

  @Test
  void make_byTwoThreads_isDoneByOne() throws Exception {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    CompletableFuture<Path> other =
        CompletableFuture.supplyAsync(() -> {
          try {
            return cache.make(answers());
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    Path file = cache.make(answers());
    Object made = Files.getAttribute(file, "unix:ino");
    assertThat(other.get()).isEqualTo(file);
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(made);
  }

  @Test
  void spawn_withAFolderThatCannotBeMade_startsWithout() throws Exception {
    Path noFolder = Files.writeString(folder.resolve("file"), "");
    AotCache cache = AotCache.in(noFolder.resolve("caches"));
    assertThat(run(answers().aotCache(cache)).stdout().text()).isEmpty();
    assertThatExceptionOfType(AotCacheException.class).isThrownBy(() -> cache.make(answers()));
  }

  @Test
  void spawn_withAFolderInTheClassPath_startsWithout() throws Exception {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    Path classes = Files.createDirectories(folder.resolve("classes"));
    Path unused = Files.writeString(classes.resolve("settings.txt"), "a = b");
    Fork fork = answers().runtimeArguments("--class-path", classPath + ":" + classes);
    assertThat(run(fork.aotCache(cache)).stderr().text()).isEmpty();
    assertThatExceptionOfType(AotCacheException.class)
        .isThrownBy(() -> cache.make(fork))
        .withMessageContaining(classes + " is a folder");
    assertThat(folder.resolve("caches")).doesNotExist();
  }

  @Test
  void make_forAProgramThatCannotTrain_failsWithWhatTheJvmSaid() {
    AotCache cache = AotCache.in(folder.resolve("caches"));
    Fork fork = answers().runtimeArguments("-XX:+NoSuchSwitch");
    assertThatExceptionOfType(AotCacheException.class)
        .isThrownBy(() -> cache.make(fork))
        .withMessageContaining("NoSuchSwitch");
    assertThat(folder.resolve("caches/new")).isEmptyDirectory();
  }

  @Test
  void aotCache_ofAnotherLanguage_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fork.node("script.js").aotCache(AotCache.in(folder)))
        .withMessageContaining("for Java programs");
  }

  @Test
  void key_ofAJarThatChanges_isAnother() throws Exception {
    Path jar = Files.copy(jars.resolve("part0.jar"), folder.resolve("copy.jar"));
    List<String> options = List.of("--class-path", jar.toString(), "-Dport=1", "-Xmx1g");
    Set<String> keys = new LinkedHashSet<>();
    assertThat(keys.add(key(options))).isTrue();
    assertThat(keys.add(key(options))).isFalse();
    List<String> other = new ArrayList<>(options);
    other.set(2, "-Dport=2");
    assertThat(keys.add(key(other))).as("a property").isFalse();
    other.set(3, "-Xmx2g");
    assertThat(keys.add(key(other))).as("the heap").isTrue();
    Object time = Files.getAttribute(jar, "lastModifiedTime");
    byte[] content = Files.readAllBytes(jar);
    content[content.length / 2] ^= 1;
    Path unused = Files.write(jar, content);
    Path same = Files.setAttribute(jar, "lastModifiedTime", time);
    assertThat(keys.add(key(options))).as("another content of %s", same).isTrue();
  }

  private static String key(List<String> options) throws IOException {
    return AotProgram.of("java", options, List.of("Main"), Fork.node("x").options().codec()).key();
  }
}
