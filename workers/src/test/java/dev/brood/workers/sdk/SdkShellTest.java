package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.testkit.Census;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The functions for POSIX shells: their own tests, and in a child of this JVM. */
@ExtendWith(Census.Extension.class)
class SdkShellTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern COUNT = Pattern.compile("(?m)^(\\d+) passed$");

  @Test
  void testsOfItsOwn_always_pass() throws Exception {
    assertThat(SdkSuite.run("sh", COUNT, List.of("sh", "tests/run.sh"))).isGreaterThanOrEqualTo(14);
  }

  @Test
  void childOfJava_inShell_talksAndEnds() throws Exception {
    String script = SdkSuite.ROOT.resolve("sh/tests/child.sh").toString();
    try (ForkedChild child = Fork.of(Command.of("sh", script, "echo")).spawn()) {
      Channel channel = child.channel();
      assertThat(channel.receive(LIMIT).orElseThrow().value()).isEqualTo(Map.of("brood", "ready"));
      assertThat(channel.send(Map.of("a", "é \\ \"q\""))).isTrue();
      assertThat(channel.receive(LIMIT).orElseThrow().value())
          .isEqualTo(List.of(Map.of("a", "é \\ \"q\"")));
      channel.disconnect();
      assertThat(child.await(LIMIT)).contains(new Exit.Exited(3));
    }
  }

  @Test
  void requests_ofJava_areAnsweredByAScript() throws Exception {
    String script = SdkSuite.ROOT.resolve("sh/tests/child.sh").toString();
    try (ForkedChild child = Fork.of(Command.of("sh", script, "answer")).spawn()) {
      assertThat(child.channel().request("well?", LIMIT).value()).isEqualTo("yes");
      child.channel().disconnect();
      assertThat(child.await(LIMIT)).contains(new Exit.Exited(0));
    }
  }
}
