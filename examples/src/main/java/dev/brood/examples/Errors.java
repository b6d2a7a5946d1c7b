package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.ExitException;
import dev.brood.process.OutputLimitException;
import dev.brood.process.ProcessException;
import dev.brood.process.Shell;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.process.StdioException;

/** Makes each kind of failure happen, and decides what to do. */
final class Errors {
  private Errors() {}

  public static void main(String[] args) throws InterruptedException {
    spawn();
    exit();
    limit();
    stdio();
    root();
  }

  private static void spawn() throws InterruptedException {
    // snippet: spawn
    try {
      Command.of("gti", "status").run();
    } catch (SpawnException e) {
      switch (e.reason()) {
        case PROGRAM_NOT_FOUND -> System.out.println("is it installed? " + e.getMessage());
        case RESOURCES_EXHAUSTED, TEXT_BUSY -> System.out.println("try again later: " + e.object());
        default -> throw e;
      }
    }
    // end
  }

  private static void exit() throws InterruptedException {
    // snippet: exit
    try {
      Command.of("ls", "/no/such/folder").text();
    } catch (ExitException e) {
      System.out.println(e.getMessage()); // with the last lines of stderr
      System.out.println(e.result().exit());
    }
    // end
  }

  private static void limit() throws InterruptedException {
    // snippet: limit
    try {
      Command.of("yes").outputLimit(10_000).text();
    } catch (OutputLimitException e) {
      System.out.println("kept " + e.result().stdout().bytes().length + " bytes");
    }
    // end
  }

  private static void stdio() throws InterruptedException {
    // snippet: stdio
    try (Child child = Command.of("true").stdin(Stdio.pipe()).spawn()) {
      child.await();
      child.stdin().println("is anybody there?");
    } catch (StdioException e) {
      System.out.println(e.reason() + ": " + e.getMessage());
    }
    // end
  }

  private static void root() throws InterruptedException {
    // snippet: root
    try {
      Shell.of("echo broken >&2; kill -s SEGV $$").run();
    } catch (ProcessException e) {
      System.out.println(e.commandLine() + " did not work:\n" + e.getMessage());
    }
    // end
  }
}
