package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.Shell;

/** Uses a shell where a shell is wanted. */
final class ShellLines {
  private ShellLines() {}

  public static void main(String[] args) throws InterruptedException {
    // snippet: quoted
    String word = "it's; echo \"$HOME\" *"; // whatever a user typed
    String line = Shell.of("printf '%s\\n' {} | wc -l", word).text();
    // end
    System.out.println(line);
    // snippet: named
    Shell bash = Shell.named("bash");
    Command counted = bash.line("set -o pipefail; seq {} | tail -1", 5).env("LC_ALL", "C");
    System.out.println(counted.commandLine());
    System.out.println(counted.text());
    // end
  }
}
