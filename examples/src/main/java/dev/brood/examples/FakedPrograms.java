package dev.brood.examples;

import static dev.brood.process.FakePrograms.answer;

import dev.brood.process.Command;
import dev.brood.process.ExitException;
import dev.brood.process.FakePrograms;
import dev.brood.process.Stdio;
import java.nio.file.Path;
import java.util.List;

/** Tests code that runs programs, without running them. */
final class FakedPrograms {
  private FakedPrograms() {}

  // snippet: subject
  /** The code to test: names the branch, or says that there is none. */
  static String branch() throws InterruptedException {
    try {
      return Command.of("git", "branch", "--show-current").text();
    } catch (ExitException e) {
      return "no repository";
    }
  }

  // end

  public static void main(String[] args) throws InterruptedException {
    answered();
    computed();
    dryRun();
  }

  private static void answered() throws InterruptedException {
    // snippet: answered
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(List.of("git", "branch"), answer().stdout("main\n"));
      check(branch().equals("main"));

      fake.when(List.of("git"), answer().stderr("not a git repository\n").exit(128));
      check(branch().equals("no repository"));

      check(fake.calls().getFirst().argv().equals(List.of("git", "branch", "--show-current")));
    }
    // end
    System.out.println("answered as told");
  }

  private static void computed() throws InterruptedException {
    // snippet: computed
    try (FakePrograms fake = FakePrograms.install()) {
      fake.when(
          argv -> argv.getFirst().equals("wc"),
          call -> answer().stdout(call.stdin().lines().count() + "\n"));
      check(Command.of("wc", "-l").stdin(Stdio.text("a\nb\n")).text().equals("2"));
    }
    // end
    System.out.println("answered by what was asked");
  }

  private static void dryRun() {
    // snippet: dry-run
    Command deploy =
        Command.of("rsync", "-a", "my site/", "host:/srv")
            .directory(Path.of("/tmp"))
            .env("RSYNC_RSH", "ssh -q")
            .stdout(Stdio.append(Path.of("/tmp/deploy.log")));
    System.out.println(deploy.dryRun());
    // end
  }

  private static void check(boolean right) {
    if (!right) {
      throw new AssertionError("not as expected");
    }
  }
}
