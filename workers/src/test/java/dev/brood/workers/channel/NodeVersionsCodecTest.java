package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.workers.sdk.NodeVersion;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The same with every Node from 20 to 26. */
@Tag("slow")
@ParameterizedClass
@MethodSource("versions")
class NodeVersionsCodecTest extends CodecProcessTest {
  private final NodeVersion version;

  NodeVersionsCodecTest(NodeVersion version) {
    this.version = version;
  }

  static Stream<NodeVersion> versions() throws Exception {
    return NodeVersion.complete();
  }

  @Override
  Command runtime(Command command) {
    return version.first(command);
  }
}
