package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Line;
import dev.brood.process.Pipeline;
import dev.brood.process.PipelineResult;
import dev.brood.process.RunningPipeline;
import dev.brood.process.Transform;
import java.util.List;
import java.util.Locale;

/** Joins programs, and Java code between them. */
final class Pipelines {
  private Pipelines() {}

  public static void main(String[] args) throws InterruptedException {
    text();
    stages();
    transforms();
    bytes();
    spawned();
  }

  private static void text() throws InterruptedException {
    // snippet: text
    Pipeline largest =
        Command.of("seq", "100").pipe(Command.of("sort", "-rn")).pipe(Command.of("head", "-3"));
    List<String> numbers = largest.textLines();
    // end
    System.out.println(numbers);
  }

  private static void stages() throws InterruptedException {
    // snippet: stages
    PipelineResult result =
        Command.of("sh", "-c", "echo data; exit 3")
            .pipe(Command.of("wc", "-l"))
            .pipefail(Pipeline.Pipefail.LAST)
            .capture();
    List<Exit> exits = result.exits();
    System.out.println(exits + " and " + result.stdout().trimmed());
    // end
  }

  private static void transforms() throws InterruptedException {
    // snippet: transforms
    List<String> shouted =
        Command.of("seq", "20")
            .pipe(Transform.filter(line -> line.endsWith("7")))
            .pipe(Transform.map(line -> "number " + line))
            .pipe(Command.of("sort", "-r"))
            .textLines();
    // end
    System.out.println(shouted);
  }

  private static void bytes() throws InterruptedException {
    // snippet: bytes
    Transform upperCase =
        (in, out) -> {
          byte[] piece = new byte[8192];
          for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            String text = new String(piece, 0, count, java.nio.charset.StandardCharsets.US_ASCII);
            out.write(
                text.toUpperCase(Locale.ROOT).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
          }
        };
    String loud = Command.of("echo", "hello").pipe(upperCase).text();
    // end
    System.out.println(loud);
  }

  private static void spawned() {
    // snippet: spawn
    try (RunningPipeline running = Command.of("yes").pipe(Command.of("nl")).spawn()) {
      for (Line line : running.stdout().lines()) {
        System.out.println(line.text().strip());
        if (line.text().contains("3")) {
          break;
        }
      }
    } // both programs are stopped
    // end
  }
}
