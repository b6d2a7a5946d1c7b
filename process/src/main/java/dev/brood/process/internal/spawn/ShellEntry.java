package dev.brood.process.internal.spawn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a child does before it becomes its program and no other process can do for it: entering a
 * control group with nothing started yet, and learning its own pid. A shell does it, and its pid
 * stays.
 */
final class ShellEntry {
  static final String SHELL = "/bin/sh";

  private ShellEntry() {}

  /**
   * The arguments of the {@link #SHELL}.
   *
   * @param cell the group to enter; null: none
   * @param pidVariables names that a shell knows as names
   */
  static byte[][] words(
      @Nullable ControlGroup cell, List<String> pidVariables, String file, byte[][] arguments) {
    StringBuilder script = new StringBuilder();
    if (cell != null) {
      script.append("echo 0 > \"$0\" && ");
    }
    pidVariables.forEach(name -> script.append(name).append("=$$ "));
    script.append("exec \"$@\"");
    byte[][] words = new byte[arguments.length + 4][];
    words[0] = ProgramLookup.terminated("sh");
    words[1] = ProgramLookup.terminated("-c");
    words[2] = ProgramLookup.terminated(script.toString());
    words[3] = ProgramLookup.terminated(cell == null ? "sh" : cell.entrance().toString());
    words[4] = ProgramLookup.terminated(file);
    System.arraycopy(arguments, 1, words, 5, arguments.length - 1);
    return words;
  }
}
