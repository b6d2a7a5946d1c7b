package dev.brood.examples;

import dev.brood.process.Child;
import dev.brood.process.Shell;
import dev.brood.process.Stdio;
import java.nio.file.Path;

/** Gives programs descriptors above 2. */
final class FurtherDescriptors {
  private FurtherDescriptors() {}

  public static void main(String[] args) throws Exception {
    pipes();
    socket();
    file();
  }

  private static void pipes() throws InterruptedException {
    // snippet: pipes
    try (Child child =
        Shell.of("read -r word <&7; echo \"{\\\"word\\\": \\\"$word\\\"}\" >&3; echo chatter")
            .descriptor(3, Stdio.fromChild())
            .descriptor(7, Stdio.toChild())
            .spawn()) {
      child.input(7).println("hello");
      System.out.println("result: " + child.output(3).readLine());
      System.out.println("log: " + child.stdout().readLine());
      child.await();
    }
    // end
  }

  private static void socket() {
    // snippet: socket
    try (Child child =
        Shell.of("while read -r line <&3; do echo \"got $line\" >&3; done")
            .descriptor(3, Stdio.socket())
            .spawn()) {
      child.input(3).println("ping");
      System.out.println(child.output(3).readLine());
    }
    // end
  }

  private static void file() throws Exception {
    // snippet: file
    Path log = Path.of("audit.log");
    Shell.of("echo started >&5").descriptor(5, Stdio.file(log)).run();
    // end
    System.out.print(java.nio.file.Files.readString(log));
  }
}
