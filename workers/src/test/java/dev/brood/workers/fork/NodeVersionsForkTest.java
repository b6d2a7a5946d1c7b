package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.workers.sdk.NodeVersion;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The same with every Node from 18 to 26. */
@Tag("slow")
@ParameterizedClass
@MethodSource("versions")
class NodeVersionsForkTest extends ForkNodeTest {
  private final NodeVersion version;

  NodeVersionsForkTest(NodeVersion version) {
    this.version = version;
  }

  static Stream<NodeVersion> versions() throws Exception {
    return NodeVersion.all();
  }

  @Override
  Command runtime(Command command) {
    return version.first(command);
  }
}
