package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Starts Node, Python, a lambda and a shell, each with a channel. Needs node and python3. */
final class Forks {
  // snippet: script
  private static final String SCORE =
      """
      import brood

      with brood.connect() as channel:
          for message in channel:
              channel.send(len(message.value))
      """;

  // end

  private Forks() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(
        Path.of("echo.js"), "process.on('message', (message) => process.send({ got: message }));");
    Files.writeString(Path.of("score.py"), SCORE);
    node();
    python(SourceFolder.find("sdk/python").toString());
    lambda();
    anyProgram();
    details();
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

  private static void python(String sdk) throws InterruptedException {
    // snippet: python
    Fork score = Fork.python("score.py").command(c -> c.env("PYTHONPATH", sdk)); // has brood.py
    try (ForkedChild child = score.spawn()) {
      child.send("some text");
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value()); // 9
    }
    // end
  }

  private static void lambda() throws InterruptedException {
    // snippet: lambda
    int base = 6; // goes along
    try (ForkedChild child = Fork.java(parent -> parent.send(base * 7)).spawn()) {
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value()); // 42
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
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value());
    }
  }
}
