package dev.brood.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A shell line, on purpose. Where no shell is needed, {@link Command} is safer and faster.
 * Immutable.
 *
 * <p>Each {@code {}} of a template stands for one argument, which reaches the shell as exactly one
 * quoted word, whatever is in it. Do not put quotes around {@code {}}. {@code {{}}} is a literal
 * {@code {}}.
 */
public final class Shell {
  private static final Shell DEFAULT = new Shell("/bin/sh");
  private static final String PLACE = "{}";
  private static final String LITERAL = "{{}}";

  private final String program;

  private Shell(String program) {
    this.program = program;
  }

  /**
   * A line for {@code /bin/sh}.
   *
   * @throws IllegalArgumentException if there are more or fewer arguments than places, or a place
   *     stands within quotes
   */
  public static Command of(String template, Object... arguments) {
    return DEFAULT.line(template, arguments);
  }

  /**
   * Another POSIX-like shell, such as {@code bash}, by name or path as in {@link Command#of}; it
   * must take {@code -c}.
   */
  public static Shell named(String program) {
    return new Shell(program);
  }

  /** A line for this shell; see {@link #of}. */
  public Command line(String template, Object... arguments) {
    return Command.of(program, "-c", filled(template, arguments));
  }

  private static String filled(String template, Object[] arguments) {
    StringBuilder line = new StringBuilder();
    List<Object> left = new ArrayList<>(List.of(arguments));
    char quote = 0;
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (template.startsWith(LITERAL, i)) {
        line.append(PLACE);
        i += LITERAL.length() - 1;
      } else if (template.startsWith(PLACE, i)) {
        if (quote != 0) {
          throw new IllegalArgumentException(
              "{} stands within " + quote + " at position " + i + " of: " + template);
        }
        if (left.isEmpty()) {
          throw new IllegalArgumentException(
              "more {} than the " + arguments.length + " arguments in: " + template);
        }
        line.append(Quoting.word(String.valueOf(left.removeFirst())));
        i += PLACE.length() - 1;
      } else {
        if (c == '\\' && quote != '\'' && i + 1 < template.length()) {
          line.append(c);
          c = template.charAt(++i);
        } else if (c == quote) {
          quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
          quote = c;
        }
        line.append(c);
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          left.size() + " of " + arguments.length + " arguments have no {} in: " + template);
    }
    return line.toString();
  }
}
