package dev.brood.workers.fork;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The jars that classes come from: those of a path, and those that they name themselves. */
final class AotJars {
  private static final int MOST_REMEMBERED = 10_000;

  /** Reading a manifest takes longer than looking whether a jar has changed. */
  private static final ConcurrentHashMap<Path, Named> READ = new ConcurrentHashMap<>();

  /** What the manifest of a jar names as its class path, when it had that stamp. */
  private record Named(String stamp, List<Path> jars) {}

  private AotJars() {}

  /**
   * All jars, in order.
   *
   * @param paths of classes and modules; a folder of jars, too, as in a module path
   * @throws AotCacheException if classes lie in a folder
   */
  static List<Path> of(List<Path> paths) throws IOException {
    Set<Path> all = new LinkedHashSet<>();
    Deque<Path> left = new ArrayDeque<>(paths);
    while (!left.isEmpty()) {
      Path entry = left.removeFirst();
      if (Files.isDirectory(entry)) {
        left.addAll(jarsIn(entry));
      } else if (all.add(entry) && Files.exists(entry)) {
        left.addAll(named(entry));
      }
    }
    return new ArrayList<>(all);
  }

  private static List<Path> jarsIn(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> jars = entries.sorted().toList();
      if (jars.isEmpty() || jars.stream().allMatch(AotJars::isJar)) {
        return jars;
      }
    }
    throw new AotCacheException(
        folder + " is a folder in its class path, and the JVM makes caches of jars only");
  }

  private static boolean isJar(Path file) {
    return file.toString().endsWith(".jar") && Files.isRegularFile(file);
  }

  private static List<Path> named(Path jar) throws IOException {
    String stamp = AotProgram.stamp(jar);
    Named known = READ.get(jar);
    if (known == null || !known.stamp().equals(stamp)) {
      known = new Named(stamp, read(jar));
      if (READ.size() >= MOST_REMEMBERED) {
        READ.clear();
      }
      READ.put(jar, known);
    }
    return known.jars();
  }

  private static List<Path> read(Path jar) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile(), false)) {
      Manifest manifest = file.getManifest();
      String value =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (value != null && !value.isBlank()) {
        for (String name : value.strip().split(" +")) {
          jars.add(Path.of(jar.toUri().resolve(name)).normalize());
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the manifest of " + jar + " names what is no file", e);
    }
    return jars;
  }
}
