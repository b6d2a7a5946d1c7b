package dev.brood.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line of an example: options, with and without a value, and the rest. Immutable.
 *
 * <p>Which options there are is taken from the usage text: a line that begins with {@code --name
 * VALUE} or {@code --name}, and two spaces behind it.
 */
public final class CommandLine {
  /** It worked. */
  public static final int SUCCESS = 0;

  /** It ran, and something that it was to do failed. */
  public static final int FAILURE = 1;

  /** The command line, or a file that it names, is wrong. */
  public static final int USAGE = 2;

  private static final Pattern OPTION = Pattern.compile("(?m)^ +(--[a-z-]+)( [A-Z]+)? {2,}\\S");

  private final Map<String, String> values;
  private final Set<String> flags;
  private final List<String> rest;

  /** What a program does with its command line. */
  @FunctionalInterface
  public interface Program {
    /** Does it, and says the exit code. */
    int run(CommandLine line) throws IOException, InterruptedException;
  }

  /** Something that the user has to say otherwise: the program ends with {@link #USAGE}. */
  public static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what is wrong. */
    public UsageException(String message) {
      super(message);
    }
  }

  private CommandLine(Map<String, String> values, Set<String> flags, List<String> rest) {
    this.values = Map.copyOf(values);
    this.flags = Set.copyOf(flags);
    this.rest = List.copyOf(rest);
  }

  /**
   * Runs a program: prints its usage if that is asked for, and what is wrong if something is.
   *
   * @return the exit code
   */
  public static int run(String usage, String[] arguments, Program program)
      throws InterruptedException {
    try {
      CommandLine line = parse(usage, arguments);
      if (line.has("--help")) {
        System.out.print(usage);
        return SUCCESS;
      }
      return program.run(line);
    } catch (UsageException e) {
      System.err.println(e.getMessage() + "; --help tells more");
      return USAGE;
    } catch (IOException e) {
      System.err.println(e);
      return FAILURE;
    }
  }

  /** Splits arguments; what follows {@code --} is no option. */
  static CommandLine parse(String usage, String... arguments) {
    Map<String, Boolean> known = new HashMap<>(Map.of("--help", false));
    for (Matcher option = OPTION.matcher(usage); option.find(); ) {
      known.put(option.group(1), option.group(2) != null);
    }
    Map<String, String> values = new HashMap<>();
    Set<String> flags = new HashSet<>();
    List<String> rest = new ArrayList<>();
    boolean options = true;
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (options && argument.equals("--")) {
        options = false;
      } else if (!options || !argument.startsWith("--")) {
        rest.add(argument);
      } else if (!known.containsKey(argument)) {
        throw new UsageException("there is no option " + argument);
      } else if (!known.get(argument)) {
        flags.add(argument);
      } else if (i + 1 == arguments.length) {
        throw new UsageException(argument + " needs a value");
      } else {
        values.put(argument, arguments[++i]);
      }
    }
    return new CommandLine(values, flags, rest);
  }

  /** Whether an option without a value was given. */
  public boolean has(String option) {
    return flags.contains(option);
  }

  /** The value of an option, if it was given. */
  public Optional<String> value(String option) {
    return Optional.ofNullable(values.get(option));
  }

  /** The value of an option that is a number from {@code least} up. */
  public int number(String option, int least, int unlessSet) {
    String text = values.get(option);
    if (text == null) {
      return unlessSet;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UsageException(option + " is a number from " + least + " up, not " + text);
  }

  /** The value of an option that is a time in seconds, of 100 ms or more: {@code 2.5}. */
  public Duration seconds(String option, Duration unlessSet) {
    String text = values.get(option);
    if (text == null) {
      return unlessSet;
    }
    try {
      double seconds = Double.parseDouble(text);
      if (seconds >= 0.1 && seconds < Integer.MAX_VALUE) {
        return Duration.ofMillis(Math.round(seconds * 1000));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UsageException(option + " is a number of seconds from 0.1 up, not " + text);
  }

  /** What is no option, in order. */
  public List<String> rest() {
    return rest;
  }

  /**
   * What is no option, as {@code NAME=TEXT}, in order.
   *
   * @throws UsageException if there is none, one has another form, or a name comes twice
   */
  public List<Map.Entry<String, String>> named() {
    if (rest.isEmpty()) {
      throw new UsageException("nothing to do");
    }
    Set<String> names = new HashSet<>();
    List<Map.Entry<String, String>> named = new ArrayList<>();
    for (String argument : rest) {
      int sign = argument.indexOf('=');
      String name = argument.substring(0, Math.max(sign, 0));
      if (!name.matches("[\\w-]+") || sign == argument.length() - 1) {
        throw new UsageException("not NAME=...: " + argument);
      }
      if (!names.add(name)) {
        throw new UsageException("there are two " + name);
      }
      named.add(Map.entry(name, argument.substring(sign + 1)));
    }
    return named;
  }
}
