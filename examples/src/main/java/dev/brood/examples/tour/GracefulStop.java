package dev.brood.examples.tour;

import dev.brood.process.StopReport;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Tells a child to go, and makes it go if it does not. Needs node. */
final class GracefulStop {
  // snippet: careful
  private static final String CAREFUL =
      """
      process.on('message', (message) => {
        if (message === 'shutdown') {
          console.log('putting things away');
          process.exit(0);
        }
      });
      process.send('ready');
      """;

  // end

  // snippet: stubborn
  private static final String STUBBORN =
      """
      process.on('SIGTERM', () => console.log('SIGTERM? I stay'));
      setInterval(() => {}, 1000); // something to do, for ever
      process.send('ready');
      """;

  // end

  private GracefulStop() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("careful.js"), CAREFUL);
    Files.writeString(Path.of("stubborn.js"), STUBBORN);
    // snippet: stop
    Fork fork = Fork.node("careful.js").stopMessage("shutdown").toldGrace(Duration.ofSeconds(10));
    try (ForkedChild child = fork.spawn()) {
      System.out.println(child.receive().value()); // ready
      StopReport report = child.stop(Duration.ofSeconds(5));
      System.out.println(child.await() + ", signals: " + report.signals());
    }
    // end
    // snippet: forced
    try (ForkedChild child = Fork.node("stubborn.js").toldGrace(Duration.ofMillis(500)).spawn()) {
      System.out.println(child.receive().value());
      StopReport report = child.stop(Duration.ofSeconds(1)); // disconnect, SIGTERM, SIGKILL
      System.out.println(child.await() + ", signals: " + report.signals());
    }
    // end
  }
}
