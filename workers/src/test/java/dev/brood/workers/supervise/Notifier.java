package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Stdio;

/** A Python child that knows {@code notify(text)}, besides os and time. */
final class Notifier {
  private static final String PROGRAM =
      """
      import os, socket, time
      address = os.environ['NOTIFY_SOCKET']
      channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      channel.connect('\\0' + address[1:] if address[0] == '@' else address)
      def notify(text):
          channel.send(text.encode())
      """;

  private Notifier() {}

  static Command command(String... lines) {
    return Command.of("python3", "-c", PROGRAM + String.join("\n", lines))
        .stdout(Stdio.none())
        .stderr(Stdio.inherit());
  }
}
