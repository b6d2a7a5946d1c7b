package dev.brood.examples.logs;

import dev.brood.examples.CommandLine;
import dev.brood.process.Child;
import dev.brood.process.Shell;
import dev.brood.process.Stdio;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads a log and hands it to filters, each a program of its own; what comes out of each goes to a
 * file that is rotated.
 */
public final class LogProcessor {
  static final String USAGE =
      """
      usage: PROGRAM | LogProcessor [OPTION...] NAME=FILTER...
      Gives standard input to each filter, a line for sh, and writes what comes out of it to
      NAME.log: errors='grep --line-buffered ERROR' slow='awk "$3 > 500"' all=cat
        --into FOLDER  where the files are; unless set here
        --bytes N      how long a file may become; 10,000,000 unless set
        --keep N       how many older files stay, NAME.log.1 and so on; 5 unless set
        --help         this text
      Without any argument: sorts a sample log.
      Exit code: 0; 1 if a filter failed, by a signal or a code above 1 (1 of grep: nothing found);
      2 if the command line is wrong.
      """;

  private static final int USUAL_BYTES = 10_000_000;
  private static final int USUAL_KEPT = 5;
  private static final int PIECE_BYTES = 64 * 1024;

  /** Where the files are, how long each may become, and how many older ones stay. */
  record Target(Path folder, int bytes, int kept) {
    RotatingFile file(String name) throws IOException {
      return new RotatingFile(folder.resolve(name + ".log"), bytes, kept);
    }
  }

  private LogProcessor() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        CommandLine.run(USAGE, args, args.length == 0 ? line -> sample() : LogProcessor::process));
  }

  private static int process(CommandLine line) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of(line.value("--into").orElse(".")));
    Target target =
        new Target(
            folder, line.number("--bytes", 1, USUAL_BYTES), line.number("--keep", 0, USUAL_KEPT));
    return process(System.in, line.named(), target) ? CommandLine.SUCCESS : CommandLine.FAILURE;
  }

  private static int sample() throws IOException, InterruptedException {
    String log =
        """
        awk 'BEGIN {
          for (i = 1; i <= 5000; i++)
            printf "%05d %s took %d ms\\n", i, i % 50 ? "INFO" : "ERROR", i % 997
        }'\
        """;
    List<Map.Entry<String, String>> filters =
        List.of(
            Map.entry("errors", "grep --line-buffered ERROR"),
            Map.entry("slow", "awk '$4 > 900 { print; fflush() }'"),
            Map.entry("first", "head -n 3"),
            Map.entry("all", "cat"));
    Target target = new Target(Files.createDirectories(Path.of("logs")), 40_000, 2);
    try (Child program = Shell.of(log).stderr(Stdio.inherit()).spawn()) {
      boolean unused = process(program.stdout(), filters, target);
    }
    try (Stream<Path> files = Files.list(target.folder())) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(System.out::println);
    }
    return CommandLine.SUCCESS;
  }

  // snippet: process
  /** Reads to the end; whether no filter has failed. */
  static boolean process(InputStream log, List<Map.Entry<String, String>> lines, Target target)
      throws IOException, InterruptedException {
    List<Filter> filters = new ArrayList<>();
    try {
      for (Map.Entry<String, String> line : lines) {
        String name = line.getKey();
        filters.add(Filter.start(name, line.getValue(), target.file(name)));
      }
      byte[] piece = new byte[PIECE_BYTES];
      for (int count = log.read(piece); count >= 0; count = log.read(piece)) {
        for (Filter filter : filters) {
          filter.give(piece, count);
        }
      }
      return ended(filters);
    } finally {
      filters.forEach(Filter::close);
    }
  }

  // end

  private static boolean ended(List<Filter> filters) throws InterruptedException {
    boolean good = true;
    for (Filter filter : filters) {
      Optional<String> problem = filter.end();
      System.out.println(filter.summary());
      problem.ifPresent(System.err::println);
      good &= problem.isEmpty();
    }
    return good;
  }
}
