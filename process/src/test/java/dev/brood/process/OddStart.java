package dev.brood.process;

import dev.brood.testkit.HelperPrograms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that starts children under the odd conditions that it was itself started with. */
final class OddStart {
  private OddStart() {}

  /** Writes what it saw to the file that is its argument, a line each. */
  public static void main(String[] arguments) throws Exception {
    List<String> seen = new ArrayList<>();
    for (Place place : Place.values()) {
      seen.addAll(place.call(() -> look(place)));
    }
    Files.write(Path.of(arguments[0]), seen);
  }

  private static List<String> look(Place place) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    seen.add(place + " output " + Command.of("echo", "hello").text());
    seen.add(place + " input " + Command.of("cat").stdin(Stdio.bytes(utf8("given"))).text());
    seen.add(place + " default input " + Command.of("cat").capture().stdout().totalBytes());
    Result failed = Command.of("sh", "-c", "echo bad >&2; exit 7").unchecked().capture();
    seen.add(place + " ended " + failed.exit() + ", " + failed.stderr().trimmed());
    Result killed = Command.of(HelperPrograms.killSelf("TERM")).unchecked().capture();
    seen.add(place + " ended " + killed.exit());
    seen.add(
        place
            + " pipe "
            + Command.of("yes").pipe(Command.of("head", "-n", "1")).capture().stdout().trimmed());
    for (String line : Command.of(HelperPrograms.printSignals()).textLines()) {
      if (!line.startsWith("SigCgt")) { // grep's own handlers
        seen.add(place + " " + line.replaceAll("\\s+", " "));
      }
    }
    for (String line : Command.of(HelperPrograms.printDescriptors(1000)).textLines()) {
      seen.add(place + " descriptor " + line.replaceAll("\\d{2,}", "N"));
    }
    return seen;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
