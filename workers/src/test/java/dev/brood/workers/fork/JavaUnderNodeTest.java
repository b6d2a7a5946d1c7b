package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Result;
import dev.brood.workers.channel.ChildJvm;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Java program as the child of a real Node program, whose script says what is expected. */
@Timeout(150)
class JavaUnderNodeTest {
  private static final List<String> STEPS =
      List.of(
          "hello",
          "values",
          "internalMessagesAreHidden",
          "badLineIsSkipped",
          "tenMegabytes",
          "manyMessages",
          "fullQueueIsReported",
          "serverToJava",
          "serverFromJava",
          "socketsToJavaAreCounted",
          "socketFromJava",
          "datagramsThereAndBack",
          "handlesInsideLongMessages",
          "grandchildKnowsNothing",
          "end");

  @ParameterizedTest
  @CsvSource({
    "fork, 3, json, disconnect",
    "fork, 5, advanced, leave",
    "spawn, 3, advanced, disconnect",
    "spawn, 5, json, leave",
    "spawn, 12, json, disconnect",
  })
  void javaProgram_asChildOfNode_isAsGoodAsANodeChild(
      String how, String index, String serialization, String ending) throws Exception {
    List<String> words = new ArrayList<>(List.of("node", script(), how, index));
    words.addAll(List.of(serialization, ending));
    words.addAll(ChildJvm.command(JavaProgram.class).argv());
    Result result = Command.of(words).deadline(Duration.ofSeconds(140)).unchecked().capture();

    assertThat(result.stdout().lines()).containsExactlyElementsOf(STEPS);
    assertThat(result.stderr().text()).isEmpty();
    assertThat(result.exit().success()).isTrue();
  }

  private static String script() throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(JavaUnderNodeTest.class.getResource("java-parent.cjs")).toURI())
        .toString();
  }
}
