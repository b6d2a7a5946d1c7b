package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.testkit.Census;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The package for Node: its own tests, and in children of this JVM. */
@ExtendWith(Census.Extension.class)
class SdkNodeTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern COUNT = Pattern.compile("(?m)^\\S+ pass (\\d+)$");

  @Test
  void testsOfItsOwn_always_pass() throws Exception {
    assertThat(SdkSuite.run("node", COUNT, List.of("node", "--test", "tests/brood.test.cjs")))
        .isGreaterThanOrEqualTo(22);
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"5", "7"})
  void types_checkedByTheCompilerOfTypeScript_areWhatProgramsNeed(String version) throws Exception {
    Path modules =
        NpmPackages.install("typescript-" + version, "typescript@" + version, "@types/node@22");
    Result result =
        Command.of("node", modules.resolve("typescript/bin/tsc").toString())
            .args("--noEmit", "--strict", "--module", "nodenext", "--target", "es2022")
            .args("--typeRoots", modules.resolve("@types").toString(), "--types", "node")
            .args("tests/types.mts", "tests/types.cts")
            .directory(SdkSuite.ROOT.resolve("node"))
            .deadline(LIMIT)
            .unchecked()
            .capture();
    assertThat(result.exit()).as(result.stdout().text()).isEqualTo(new Exit.Exited(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void requests_ofJava_areAnswered(String mode) throws Exception {
    try (ForkedChild child = start("adder", mode)) {
      Channel channel = child.channel();
      assertThat(channel.receive(LIMIT).orElseThrow().value()).isEqualTo(Map.of("brood", "ready"));
      assertThat(channel.request(List.of(1, 2, 3), LIMIT).value()).isEqualTo(6);
      Assertions.assertThatThrownBy(() -> channel.request("x", LIMIT))
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("not a list");
      channel.disconnect();
      assertThat(child.await(LIMIT)).contains(new Exit.Exited(0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void requests_toJava_areAnswered(String mode) throws Exception {
    try (ForkedChild child = start("asker", mode)) {
      Channel channel = child.channel();
      channel.onRequest(message -> {
        if (!(message.value() instanceof List<?> list)) {
          throw new IllegalArgumentException("not a list");
        }
        return list.size();
      });
      assertThat(channel.receive(LIMIT).orElseThrow().field("sum")).contains(3);
      assertThat(child.await(LIMIT)).contains(new Exit.Exited(0));
    }
  }

  private static ForkedChild start(String role, String mode) {
    return Fork.node(SdkSuite.ROOT.resolve("node/tests/child.cjs").toString(), role)
        .codec(Codec.named(mode))
        .spawn();
  }
}
