package dev.brood.examples;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files for children in other languages are: examples run in any directory. */
final class SdkFolder {
  private SdkFolder() {}

  /** The folder {@code sdk} of this repository, looked for from the class files upwards. */
  static Path find() throws URISyntaxException {
    Path folder =
        Path.of(SdkFolder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    while (folder != null) {
      if (Files.exists(folder.resolve("sdk/PROTOCOL.md"))) {
        return folder.resolve("sdk");
      }
      folder = folder.getParent();
    }
    throw new IllegalStateException("not in the repository: there is no folder sdk");
  }
}
