package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.testkit.FreePort;
import java.io.IOException;

/** Ports of this machine, and children that listen there. */
final class Ports {
  private static final String SERVER =
      """
      const statuses = process.argv.slice(2);
      let count = 0;
      const server = require('http').createServer((request, response) => {
        response.statusCode = statuses[Math.min(count++, statuses.length - 1)];
        response.end('some text');
      });
      server.listen(process.argv[1]);
      """;

  private static final String ENDLESS =
      """
      const server = require('http').createServer((request, response) => {
        const drip = setInterval(() => response.write('drop'), 60);
        response.on('close', () => clearInterval(drip));
      });
      server.listen(process.argv[1]);
      """;

  private Ports() {}

  /** One at which nobody listens, nor will by chance. */
  static int free() throws IOException {
    return FreePort.next();
  }

  /** A web server that answers with these statuses in order, and then ever with the last one. */
  static Command server(int port, String... statuses) {
    return node(SERVER, port).args(statuses);
  }

  /** A web server that answers with status 200 and never comes to the end of its answer. */
  static Command endless(int port) {
    return node(ENDLESS, port);
  }

  private static Command node(String script, int port) {
    return Command.of("node", "-e", script, "--", String.valueOf(port))
        .stdout(Stdio.none())
        .stderr(Stdio.inherit());
  }
}
