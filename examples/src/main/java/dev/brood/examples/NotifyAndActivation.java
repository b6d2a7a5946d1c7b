package dev.brood.examples;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.fork.NamedDescriptor;
import dev.brood.workers.fork.Notification;
import dev.brood.workers.fork.NotifyOptions;
import dev.brood.workers.fork.NotifySocket;
import dev.brood.workers.fork.SocketActivation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Hears sd_notify, and starts programs with open sockets. Needs node and python3. */
final class NotifyAndActivation {
  private static final String TELL =
      """
      import brood
      brood.sd_notify(READY=1, STATUS="serving")
      brood.sd_notify(WATCHDOG=1)
      brood.sd_notify("STOPPING=1")
      """;

  private static final String SERVE =
      """
      const server = require('node:net').createServer((socket) => {
        socket.end('socket ' + process.env.LISTEN_FDNAMES);
        server.close();
      });
      server.listen({ fd: 3 });
      if (process.send) process.send('serving');
      """;

  private static final String KEEP =
      """
      import brood, socket
      given = dict(brood.listen_fds())
      server = given.get("web") or socket.create_server(("127.0.0.1", 0))
      brood.sd_notify("FDSTORE=1", "FDNAME=web", descriptors=[server])
      print("port kept" if given else "new port")
      """;

  private NotifyAndActivation() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("tell.py"), TELL);
    Files.writeString(Path.of("keep.py"), KEEP);
    Files.writeString(Path.of("serve.js"), SERVE);
    Files.copy(SdkFolder.find().resolve("python/brood.py"), Path.of("brood.py"), REPLACE_EXISTING);
    notifications();
    activation();
    withChannel();
    store();
  }

  private static void notifications() throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(1);
    // snippet: notify
    NotifyOptions options = NotifyOptions.DEFAULT.watchdog(Duration.ofSeconds(10));
    try (NotifySocket notify =
            NotifySocket.open(
                options,
                told -> {
                  switch (told) {
                    case Notification.Ready _ -> ready.countDown();
                    case Notification.Status status -> System.out.println(status.text());
                    case Notification.Watchdog _ -> System.out.println("is alive");
                    default -> System.out.println(told);
                  }
                });
        Child child = notify.pass(Command.of("python3", "tell.py")).spawn()) {
      System.out.println("ready: " + ready.await(30, TimeUnit.SECONDS));
      child.await();
      notify.drain(Duration.ofSeconds(10)); // what it told last is handled, too
    }
    // end
  }

  private static void activation() throws InterruptedException, IOException {
    // snippet: activation
    try (Handle web = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      SocketActivation sockets = SocketActivation.of().with("web", web);
      try (Handle client = Handle.connect(web.localAddress()); // waits in the kernel
          Child child = sockets.pass(Command.of("node", "serve.js")).spawn()) {
        String text = new String(client.input().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(text + ", served by " + child.pid());
      }
    }
    // end
  }

  private static void withChannel() throws InterruptedException, IOException {
    try (Handle web = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 128)) {
      // snippet: fork
      SocketActivation sockets = SocketActivation.of().with("web", web);
      Fork fork = Fork.node("serve.js").command(sockets::pass).channelAt(sockets.nextDescriptor());
      // end
      try (ForkedChild child = fork.spawn();
          Handle client = Handle.connect(web.localAddress())) {
        System.out.println(child.receive().value());
        System.out.println(new String(client.input().readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  private static void store() throws InterruptedException {
    // snippet: store
    Command keep = Command.of("python3", "keep.py");
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
