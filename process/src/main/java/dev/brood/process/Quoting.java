package dev.brood.process;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words as a POSIX shell reads them (POSIX.1-2024, XCU 2.2). */
final class Quoting {
  private static final int SHOWN_CHARACTERS = 2000;

  private Quoting() {}

  /** Exactly one shell word with this value. */
  static String word(String value) {
    if (!value.isEmpty() && value.chars().allMatch(Quoting::plain)) {
      return value;
    }
    return "'" + value.replace("'", "'\\''") + "'";
  }

  /** A program's name: a word that is no assignment either. */
  static String program(String name) {
    String word = word(name);
    return word.equals(name) && name.indexOf('=') >= 0 ? "'" + name + "'" : word;
  }

  /** A command line: a program and its arguments. */
  static String line(List<String> words) {
    String program = words.isEmpty() ? "" : program(words.getFirst());
    return Stream.concat(Stream.of(program), words.stream().skip(1).map(Quoting::word))
        .collect(Collectors.joining(" "));
  }

  /** A command line within a message: in double quotes, and not endless. */
  static String shown(String commandLine) {
    String text =
        commandLine.length() <= SHOWN_CHARACTERS
            ? commandLine
            : commandLine.substring(0, SHOWN_CHARACTERS)
                + "... (%,d characters)".formatted(commandLine.length());
    return "\"" + text + "\"";
  }

  private static boolean plain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "_-+=:,./@%^".indexOf(c) >= 0;
  }
}
