package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.Environment;
import java.nio.file.Path;
import java.util.List;

/** Decides what a program finds around it: variables, directory, name and arguments. */
final class EnvironmentAndDirectory {
  private EnvironmentAndDirectory() {}

  public static void main(String[] args) throws InterruptedException {
    environment();
    directory();
    arguments();
  }

  private static void environment() throws InterruptedException {
    // snippet: on-top
    Command date = Command.of("date", "+%Z").env("TZ", "UTC").unsetEnv("LC_TIME");
    // end
    System.out.println(date.text());
    // snippet: from-scratch
    Environment clean = Environment.only("PATH", "HOME").with("LC_ALL", "C");
    List<String> variables = Command.of("env").environment(clean).textLines();
    // end
    System.out.println(variables.size() + " variables");
    // snippet: empty
    String none = Command.of("env").environment(Environment.empty()).text();
    // end
    System.out.println("empty: " + none.isEmpty());
  }

  private static void directory() throws InterruptedException {
    // snippet: directory
    Command inRoot = Command.of("pwd").directory(Path.of("/"));
    // end
    System.out.println(inRoot.text());
  }

  private static void arguments() throws InterruptedException {
    // snippet: arguments
    Command print = Command.of("printf", "%s\n").args("two words", "$HOME", "*", "");
    // end
    print.textLines().forEach(line -> System.out.println("[" + line + "]"));
    // snippet: secret
    Command login = Command.of("echo", "login", "--password").secret("swordfish");
    System.out.println(login.commandLine()); // echo login --password '***'
    // end
    // snippet: argv0
    Command named = Command.of("sh", "-c", "echo I am $0").argv0("worker");
    // end
    System.out.println(named.text());
  }
}
