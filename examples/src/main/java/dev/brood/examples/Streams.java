package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.DeadlineException;
import dev.brood.process.Exit;
import dev.brood.process.Line;
import dev.brood.process.Result;
import dev.brood.process.Shell;
import dev.brood.process.Stdio;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Writes to programs and reads from them while they run. */
final class Streams {
  private Streams() {}

  public static void main(String[] args) throws InterruptedException {
    supplied();
    dialogue();
    lines();
    consumer();
    sinks();
    onePipe();
    backpressure();
    idle();
  }

  private static void supplied() throws InterruptedException {
    // snippet: supplied
    List<String> sorted = Command.of("sort").stdin(Stdio.text("pear\napple\n")).textLines();
    // end
    System.out.println(sorted);
  }

  private static void dialogue() throws InterruptedException {
    // snippet: dialogue
    Command adder = Shell.of("while read -r a b; do echo $((a + b)); done").stdin(Stdio.pipe());
    try (Child child = adder.spawn()) {
      child.stdin().println("20 22");
      String sum = child.stdout().readLine(Duration.ofSeconds(5));
      child.stdin().close(); // end of file for the child, which we go on reading
      Exit exit = child.await();
      System.out.println(sum + ", " + exit);
    }
    // end
  }

  private static void lines() {
    // snippet: lines
    Command server = Shell.of("echo starting; echo old config >&2; echo ready; sleep 60");
    try (Child child = server.spawn()) {
      for (Line line : child.lines()) {
        System.out.println(line.stream() + ": " + line.text());
        if (line.text().equals("ready")) {
          break;
        }
      }
    } // it still runs: leaving the block stops it
    // end
  }

  private static void consumer() throws InterruptedException {
    // snippet: consumer
    Command.of("seq", "3")
        .stdout(Stdio.lines(line -> System.out.println("> " + line.text())))
        .run();
    // end
  }

  private static void sinks() throws InterruptedException {
    // snippet: sinks
    Result build =
        Command.of("seq", "1000")
            .stdout(Stdio.file(Path.of("build.log")), Stdio.tail(1024)) // each gets everything
            .run();
    System.out.println("the log ends with " + build.stdout().lines().getLast());
    // end
  }

  private static void onePipe() throws InterruptedException {
    // snippet: one-pipe
    String both = Shell.of("echo one; echo two >&2; echo three").stderr(Stdio.toStdout()).text();
    // end
    System.out.println(both);
  }

  private static void backpressure() {
    // snippet: backpressure
    try (Child endless = Command.of("yes").stderr(Stdio.none()).spawn()) {
      for (int i = 0; i < 3; i++) {
        System.out.println(endless.stdout().readLine());
      }
    }
    // end
  }

  private static void idle() throws InterruptedException {
    // snippet: idle
    Command stuck = Shell.of("echo connecting; sleep 60").idleLimit(Duration.ofMillis(300));
    try {
      stuck.capture();
    } catch (DeadlineException e) {
      System.out.println(e.result().cause() + " after " + e.result().stdout().lines());
    }
    // end
  }
}
