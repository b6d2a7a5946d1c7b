package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.process.Signal;
import dev.brood.process.Stdio;
import java.nio.file.Path;
import java.util.List;

/** Starts programs, and looks at what they write and at how they end. */
final class SpawnAndCapture {
  private SpawnAndCapture() {}

  public static void main(String[] args) throws InterruptedException {
    text();
    captured();
    spawned();
    detached();
  }

  private static void text() throws InterruptedException {
    // snippet: text
    String kernel = Command.of("uname", "-r").text(); // without the final line end
    List<String> folders = Command.of("ls", "/").textLines();
    Command.of("echo", "seen", "by", "the", "user").run(); // writes to our own output
    // end
    System.out.println("kernel " + kernel + ", " + folders.size() + " folders");
  }

  private static void captured() throws InterruptedException {
    // snippet: unchecked
    Result search = Command.of("grep", "-c", "root", "/etc/passwd").unchecked().capture();
    switch (search.exit()) {
      case Exit.Exited(int code) when code <= 1 ->
          System.out.println("matching lines: " + search.stdout().trimmed());
      case Exit.Exited(int code) -> System.out.println("grep failed: " + search.stderr());
      case Exit.Signaled(Signal signal, boolean core) -> System.out.println("ended by " + signal);
    }
    // end
    // snippet: codes
    Command grep = Command.of("grep", "-c").exitCodes(0, 1); // a value: use it again and again
    String root = grep.args("root", "/etc/passwd").text();
    String nobody = grep.args("no such user", "/etc/passwd").text();
    // end
    System.out.println(root + " and " + nobody);
  }

  private static void spawned() throws InterruptedException {
    // snippet: spawn
    Command work = Command.of("sh", "-c", "echo begun; sleep 0.1; echo done");
    try (Child child = work.spawn()) {
      System.out.println("started " + child.pid());
      // ... do something else ...
      Result result = child.result(); // waits for its end and for the end of its output
      System.out.println(result.stdout().lines() + " with " + result.exit());
      System.out.println("after " + result.duration() + ", CPU " + result.usage().cpu());
    }
    // end
  }

  private static void detached() {
    // snippet: detached
    try (Child server =
        Command.of("sleep", "0.2").detached().stdout(Stdio.append(Path.of("server.log"))).spawn()) {
      System.out.println("runs on without us: " + server.pid());
    }
    // end
  }
}
