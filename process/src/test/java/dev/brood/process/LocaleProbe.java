package dev.brood.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;

/** A program that passes text on, to be run in a locale that cannot express it. */
final class LocaleProbe {
  static final String TEXT = "añ€😀 ÿ";

  private LocaleProbe() {}

  /** Writes what children received to its own output. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    say("charset", Charset.defaultCharset() + " " + System.getProperty("sun.jnu.encoding"));
    for (Place place : Place.values()) {
      try {
        place.call(() -> {
          look(arguments[0] + "/bïn"); // a JVM cannot be given this in each locale
          return "";
        });
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void look(String directory) throws IOException, InterruptedException {
    say("argument", verdict(Command.of("printf", "%s", TEXT).text()));
    say("value", verdict(Command.of("printenv", "Ä").env("Ä", TEXT).text()));
    say("input", verdict(Command.of("cat").stdin(Stdio.text(TEXT)).text()));
    List<String> lines = Command.of("printf", "%s\n%s\n", TEXT, TEXT).textLines();
    say("lines", verdict(lines.getFirst()) + " " + verdict(lines.getLast()));
    say("path", Command.of("brood-ü").text());
    say("slash", Command.of(directory + "/brood-ü").text());
    try {
      Command.of(directory + "/kaputt-ü").capture();
    } catch (SpawnException e) {
      say("broken", e.reason() + " " + e.object().endsWith("/kaputt-ü"));
    }
    System.out.write(Command.of("env", "-0").bytes());
    System.out.write(Command.of("env", "-0").env("BROOD_MORE", "1").bytes());
    System.out.write(
        Command.of("env", "-0").environment(Environment.only("BROOD_RAW", "BROOD_Ü")).bytes());
    System.out.println();
  }

  private static String verdict(String text) {
    return text.equals(TEXT) ? "same" : "different";
  }

  private static void say(String what, String value) {
    System.out.println(what + ": " + value);
  }
}
