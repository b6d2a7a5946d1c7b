package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A primary that has no descriptor left for what it should accept. */
class ShortageProcessTest {
  private final List<String> log = new CopyOnWriteArrayList<>();

  @Test
  void accept_withoutADescriptorLeft_pausesBetweenTriesAndRecovers() throws Exception {
    Command program = ChildJvm.command(PrimaryProgram.class, Scripts.path("http.js").toString());
    Fork fork =
        Fork.of(Command.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh").args(program.argv()))
            .command(command -> command.stderr(Stdio.lines(line -> log.add(line.text()))));
    try (ForkedChild primary = fork.spawn()) {
      int port = (int) primary.receive(Facts.LIMIT).orElseThrow().value();
      assertThat(HttpConnection.get(port, "/")).isEqualTo("1 one");
      tell(primary, "take");

      long begin = System.nanoTime();
      try (HttpConnection waiting = HttpConnection.to(port)) {
        waiting.ask("/", false);
        Facts.await("four tries", () -> log.stream().anyMatch(line -> line.contains("number 4)")));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .as("three pauses of a tenth of a second")
            .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        tell(primary, "release");
        assertThat(waiting.answer()).isEqualTo("1 one");
      }
      assertThat(HttpConnection.get(port, "/")).isEqualTo("1 one");
      assertThat(log).anyMatch(line -> line.contains("EMFILE"));
    }
  }

  private static void tell(ForkedChild primary, String what) throws InterruptedException {
    assertThat(primary.send(what)).isTrue();
    assertThat(primary.receive(Facts.LIMIT).orElseThrow().value()).isEqualTo("done");
  }
}
