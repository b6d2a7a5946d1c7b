package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.workers.sdk.EveryNode;
import dev.brood.workers.sdk.NodeVersion;
import org.junit.jupiter.params.Parameter;

/** The same with every Node from 18 to 26. */
@EveryNode
class NodeVersionsForkTest extends ForkNodeTest {
  @Parameter NodeVersion version;

  @Override
  Command runtime(Command command) {
    return version.first(command);
  }
}
