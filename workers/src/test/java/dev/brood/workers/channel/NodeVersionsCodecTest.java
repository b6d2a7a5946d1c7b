package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.workers.sdk.EveryNode;
import dev.brood.workers.sdk.NodeVersion;
import org.junit.jupiter.params.Parameter;

/** The same with every Node from 20 to 26: 18 lacks resizable buffers. */
@EveryNode(from = 20)
class NodeVersionsCodecTest extends CodecProcessTest {
  @Parameter NodeVersion version;

  @Override
  Command runtime(Command command) {
    return version.first(command);
  }
}
