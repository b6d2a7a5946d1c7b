package dev.brood.process;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A signal of Linux, with its number on x86-64 and aarch64 (signal(7)). Immutable.
 *
 * <p>Real-time signals, 34 to 64, have the names {@code SIGRTMIN} and {@code SIGRTMIN+1} to {@code
 * SIGRTMIN+30}.
 */
public final class Signal {
  private static final int HIGHEST = 64;
  private static final int FIRST_REAL_TIME = 34;
  private static final Signal[] BY_NUMBER = new Signal[HIGHEST + 1];
  private static final Map<String, Signal> BY_NAME = new HashMap<>();

  static {
    String[] names = {
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
      "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
      "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };
    for (int number = 1; number <= HIGHEST; number++) {
      String name = "SIG" + number;
      if (number <= names.length) {
        name = "SIG" + names[number - 1];
      } else if (number >= FIRST_REAL_TIME) {
        int above = number - FIRST_REAL_TIME;
        name = above == 0 ? "SIGRTMIN" : "SIGRTMIN+" + above;
      }
      BY_NUMBER[number] = new Signal(number, name);
      BY_NAME.put(name, BY_NUMBER[number]);
    }
    BY_NAME.put("SIGPOLL", BY_NAME.get("SIGIO"));
    BY_NAME.put("SIGIOT", BY_NAME.get("SIGABRT"));
    BY_NAME.put("SIGRTMAX", BY_NUMBER[HIGHEST]);
  }

  public static final Signal HUP = of(1);
  public static final Signal INT = of(2);
  public static final Signal QUIT = of(3);
  public static final Signal ABRT = of(6);
  public static final Signal KILL = of(9);
  public static final Signal USR1 = of(10);
  public static final Signal SEGV = of(11);
  public static final Signal USR2 = of(12);
  public static final Signal PIPE = of(13);
  public static final Signal ALRM = of(14);
  public static final Signal TERM = of(15);
  public static final Signal CHLD = of(17);
  public static final Signal CONT = of(18);
  public static final Signal STOP = of(19);
  public static final Signal TSTP = of(20);
  public static final Signal TTIN = of(21);
  public static final Signal TTOU = of(22);
  public static final Signal WINCH = of(28);

  private final int number;
  private final String name;

  private Signal(int number, String name) {
    this.number = number;
    this.name = name;
  }

  /**
   * The signal of a number.
   *
   * @throws IllegalArgumentException if it is not from 1 to 64
   */
  public static Signal of(int number) {
    if (number < 1 || number > HIGHEST) {
      throw new IllegalArgumentException("a signal has a number from 1 to 64, not " + number);
    }
    return BY_NUMBER[number];
  }

  /**
   * The signal of a name with or without {@code SIG}, in any case, or of a number in digits.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Signal of(String nameOrNumber) {
    String text = nameOrNumber.strip().toUpperCase(Locale.ROOT);
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9') && text.length() < 4) {
      return of(Integer.parseInt(text));
    }
    Signal signal = BY_NAME.get(text.startsWith("SIG") ? text : "SIG" + text);
    if (signal == null) {
      throw new IllegalArgumentException(
          "no signal is called \"" + nameOrNumber + "\"; names are like TERM or SIGTERM");
    }
    return signal;
  }

  /** The number, 1 to 64. */
  public int number() {
    return number;
  }

  /** The name, with {@code SIG}. */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }
}
