package dev.brood.examples;

import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of this repository that are no classes, as examples run in any directory. */
public final class SourceFolder {
  private SourceFolder() {}

  /**
   * A folder of this repository, looked for from the class files upwards.
   *
   * @param name its path from the root, such as {@code sdk/python}
   * @throws IllegalStateException if the class files do not lie in the repository
   */
  public static Path find(String name) {
    URL classes = SourceFolder.class.getProtectionDomain().getCodeSource().getLocation();
    Path folder = Path.of(URI.create(classes.toString()));
    while (folder != null) {
      if (Files.exists(folder.resolve("sdk/PROTOCOL.md"))) {
        return folder.resolve(name);
      }
      folder = folder.getParent();
    }
    throw new IllegalStateException("not in the repository: there is no folder " + name);
  }
}
