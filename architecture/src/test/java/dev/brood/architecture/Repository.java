package dev.brood.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The checkout under test: its files, without what is built or fetched. */
final class Repository {
  static final Path ROOT = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

  private static final Set<String> NOT_OURS =
      Set.of(".git", ".build", ".idea", ".vscode", "target", "build", "node_modules");

  private Repository() {}

  /** The files whose path, relative to the root and with slashes, the predicate takes. */
  static List<Path> files(Predicate<String> wanted) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts) {
              boolean source = directory.endsWith("src/build");
              return !source && NOT_OURS.contains(directory.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
              if (facts.isRegularFile() && wanted.test(relative(file))) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(null);
    return found;
  }

  static List<Path> javaFiles() {
    return files(name -> name.endsWith(".java"));
  }

  /**
   * The Maven modules that have sources of the given kind, {@code main} or {@code test}. The
   * benchmarks are a build of their own.
   */
  static List<Path> modules(String kind) {
    return files(name -> name.endsWith("/pom.xml") && !name.startsWith("bench/")).stream()
        .map(Path::getParent)
        .filter(module -> Files.isDirectory(module.resolve("src/" + kind + "/java")))
        .toList();
  }

  static String relative(Path file) {
    return ROOT.relativize(file).toString().replace('\\', '/');
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
