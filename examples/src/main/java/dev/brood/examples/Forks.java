package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.process.StopReport;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Starts programs with a channel: Node, Python, Java and a shell. Needs node and python3. */
final class Forks {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String ECHO =
      """
      process.on('message', (message) => process.send({ got: message }));
      """;

  private static final String SCORE =
      """
      import brood

      with brood.connect() as channel:
          for message in channel:
              channel.send(len(message.value))
      """;

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

  private Forks() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("echo.js"), ECHO);
    Files.writeString(Path.of("score.py"), SCORE);
    Files.writeString(Path.of("careful.js"), CAREFUL);
    node();
    python();
    java();
    anyProgram();
    details();
    stop();
    codec();
  }

  private static void node() throws InterruptedException {
    // snippet: node
    try (ForkedChild child = Fork.node("echo.js").spawn()) {
      child.send(Map.of("question", 42));
      Message answer = child.receive(Duration.ofSeconds(30)).orElseThrow();
      System.out.println(answer.value()); // {got={question=42}}
    } // leaving the block stops it
    // end
  }

  private static void python() throws InterruptedException, URISyntaxException {
    String sdk = SdkFolder.find().resolve("python").toString();
    // snippet: python
    Fork score = Fork.python("score.py").command(c -> c.env("PYTHONPATH", sdk)); // has brood.py
    try (ForkedChild child = score.spawn()) {
      child.send("some text");
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value()); // 9
    }
    // end
  }

  // snippet: child
  static final class Upper {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> String.valueOf(message.value()).toUpperCase());
      parent.onDisconnect().join(); // virtual threads alone do not keep a JVM alive
    }
  }

  // end

  private static void java() throws InterruptedException {
    // snippet: java
    Fork upper = Fork.java(Upper.class).runtimeArguments("-Xmx64m");
    try (ForkedChild child = upper.spawn()) {
      System.out.println(child.request("hello", Duration.ofSeconds(30)).value()); // HELLO
    }
    // end
  }

  private static void anyProgram() throws InterruptedException {
    // snippet: any
    String loop = "while read -r line <&3; do echo \"[$line, 1]\" >&3; done";
    try (ForkedChild child = Fork.of(Command.of("sh", "-c", loop)).spawn()) {
      child.send("a line of JSON");
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value());
    }
    // end
  }

  private static void details() throws InterruptedException {
    // snippet: details
    Fork fork =
        Fork.node("echo.js", "--verbose")
            .runtimeArguments("--max-old-space-size=100")
            .command(c -> c.env("PORT", "8080").deadline(Duration.ofMinutes(5)))
            .command(c -> c.stdout(Stdio.file(Path.of("echo.log"))).stderr(Stdio.toStdout()));
    // end
    try (ForkedChild child = fork.spawn()) {
      child.send(1);
      System.out.println(child.receive(LIMIT).orElseThrow());
    }
  }

  private static void stop() throws InterruptedException {
    // snippet: stop
    Fork fork = Fork.node("careful.js").stopMessage("shutdown").toldGrace(Duration.ofSeconds(10));
    try (ForkedChild child = fork.spawn()) {
      System.out.println(child.receive().value()); // ready
      StopReport report = child.stop(Duration.ofSeconds(5));
      System.out.println(child.await() + ", " + report);
    }
    // end
  }

  private static void codec() throws InterruptedException {
    // snippet: codec
    try (ForkedChild child = Fork.node("echo.js").codec(Codec.ADVANCED).spawn()) {
      child.send(Map.of("at", Instant.EPOCH, "big", BigInteger.TWO.pow(80), "raw", new byte[8]));
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value());
    }
    // end
  }
}
