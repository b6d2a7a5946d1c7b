package dev.brood.examples.building;

import dev.brood.examples.CommandLine;
import dev.brood.examples.SourceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Builds {@code examples/site} some times over, in a folder {@code site}. Needs python3. */
final class BuildSample {
  private static final int JOBS = 4;

  private BuildSample() {}

  static int show() throws IOException, InterruptedException {
    Path folder = Path.of("site");
    copy(SourceFolder.find("examples/site"), folder);
    System.out.println("everything is new:");
    build(folder);
    System.out.println("nothing has changed:");
    build(folder);
    System.out.println("the outputs are gone:");
    delete(folder.resolve("out"));
    build(folder);
    System.out.println("one text has changed:");
    Files.writeString(folder.resolve("texts/two.txt"), "Two.\nIt has changed.\n");
    build(folder);
    System.out.println("two things are wrong:");
    Files.writeString(folder.resolve("texts/one.txt"), "");
    Files.writeString(folder.resolve("fetch.sh"), "echo 'there is no such server' >&2; exit 6\n");
    build(folder);
    return CommandLine.SUCCESS;
  }

  private static void build(Path folder) throws IOException, InterruptedException {
    boolean unused = BuildTool.build(folder.resolve("build.json"), List.of(), JOBS, false);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
