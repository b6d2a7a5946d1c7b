package dev.brood.process;

import dev.brood.testkit.HelperPrograms;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that hands its terminal on. */
final class TerminalProbe {
  private TerminalProbe() {}

  public static void main(String[] arguments) throws Exception {
    System.out.println("run:");
    Command terminals = Command.of(HelperPrograms.printTerminals());
    terminals.run();
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String group = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2];
    String ids = Command.of(HelperPrograms.printIds()).stdin(Stdio.inherit()).text();
    System.out.println("group shared: " + ids.split(" ")[2].equals(group));
    System.out.println("copied:");
    // Copied by this JVM to two places, so a pipe for the child.
    terminals.stdout(Stdio.inherit(), Stdio.tail(100)).run();
  }
}
