package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever reads a channel must not wait for a log that nobody takes. */
@ExtendWith(Census.Extension.class)
class StuckLogTest {
  @Test
  void errorsOfThePeer_whileTheLogIsStuck_stopNobody() throws Exception {
    assertThat(ChildJvm.command(StuckLogProgram.class).deadline(Duration.ofSeconds(90)).textLines())
        .containsExactly("after garbage", "after a refusal", "\"still sends\"");
  }
}
