package dev.brood.daemon.config;

import java.util.List;
import java.util.Optional;

/** What an app runs. Nothing is looked up before the start. */
public sealed interface Program {

  /**
   * A line for the shell, on purpose: a {@code script} with blanks in it (PM2's rule) or a line of
   * a {@code Procfile}. It runs in {@code bash -c} if there is a bash, else in {@code sh -c}.
   *
   * @param line the line, not expanded
   */
  record ShellLine(String line) implements Program {}

  /**
   * A program and its arguments, without a shell.
   *
   * @param script a path (relative to the app's directory), or a name: a file of that name in the
   *     app's directory if there is one, else the program in PATH (PM2's rule)
   * @param arguments what follows the script
   * @param interpreter the program that reads the script; {@code none} runs the script itself;
   *     empty chooses by the script's extension
   * @param interpreterArguments what stands between interpreter and script
   */
  record Script(
      String script,
      List<String> arguments,
      Optional<String> interpreter,
      List<String> interpreterArguments)
      implements Program {
    /** Copies the lists. */
    public Script {
      arguments = List.copyOf(arguments);
      interpreterArguments = List.copyOf(interpreterArguments);
    }
  }
}
