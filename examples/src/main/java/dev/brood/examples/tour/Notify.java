package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.fork.NamedDescriptor;
import dev.brood.workers.fork.Notification;
import dev.brood.workers.fork.NotifyOptions;
import dev.brood.workers.fork.NotifySocket;
import dev.brood.workers.fork.SocketActivation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Hears sd_notify, and keeps sockets for a program that restarts. Needs python3. */
final class Notify {
  // snippet: tell
  private static final String TELL =
      """
      import brood
      brood.sd_notify(READY=1, STATUS="serving")
      brood.sd_notify(WATCHDOG=1)
      brood.sd_notify("STOPPING=1")
      """;

  // end

  // snippet: keep
  private static final String KEEP =
      """
      import brood, socket
      given = dict(brood.listen_fds())
      server = given.get("web") or socket.create_server(("127.0.0.1", 0))
      brood.sd_notify("FDSTORE=1", "FDNAME=web", descriptors=[server])
      print("port kept" if given else "new port")
      """;

  // end

  private Notify() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("tell.py"), TELL);
    Files.writeString(Path.of("keep.py"), KEEP);
    String sdk = SourceFolder.find("sdk/python").toString();
    Command python = Command.of("python3").env("PYTHONPATH", sdk);
    notifications(python.args("tell.py"));
    store(python.args("keep.py"));
  }

  private static void notifications(Command tell) throws InterruptedException {
    // snippet: notify
    NotifyOptions options = NotifyOptions.DEFAULT.watchdog(Duration.ofSeconds(10));
    try (NotifySocket notify = NotifySocket.open(options, told -> System.out.println(text(told)));
        Child child = notify.pass(tell).spawn()) {
      child.await();
      notify.drain(Duration.ofSeconds(10)); // what it told last is handled, too
    }
    // end
  }

  // snippet: kinds
  private static String text(Notification told) {
    return switch (told) {
      case Notification.Ready _ -> "is ready";
      case Notification.Status status -> "says: " + status.text();
      case Notification.Watchdog _ -> "is alive";
      default -> told.toString();
    };
  }

  // end

  private static void store(Command keep) throws InterruptedException {
    // snippet: store
    try (NotifySocket notify = NotifySocket.open(told -> {})) {
      for (int start = 1; start <= 2; start++) {
        List<NamedDescriptor> stored = notify.storedDescriptors(); // copies: ours to close
        try {
          System.out.println(SocketActivation.of(stored).pass(notify.pass(keep)).text());
        } finally {
          stored.forEach(NamedDescriptor::close);
        }
        notify.drain(Duration.ofSeconds(10));
      }
    }
    // end
  }
}
