package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Packages of npm that tests need, installed once below {@code target/}. */
public final class NpmPackages {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/npm-packages");
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private NpmPackages() {}

  /**
   * Installs packages unless they are there. Where npm cannot, the test is skipped, but not in CI.
   *
   * @param name of the folder, which has nothing but these packages
   * @param packages as on npm's command line
   * @return the folder {@code node_modules}
   */
  public static synchronized Path install(String name, String... packages)
      throws IOException, InterruptedException {
    Path folder = ROOT.resolve(name);
    Path done = folder.resolve("installed");
    List<String> wanted = Arrays.asList(packages);
    if (!Files.exists(done) || !Files.readAllLines(done).equals(wanted)) {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
      Result result =
          Command.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
              .args(wanted)
              .directory(folder)
              .deadline(LIMIT)
              .unchecked()
              .capture();
      boolean installed = result.exit().equals(new Exit.Exited(0));
      if (!installed && System.getenv("CI") != null) {
        fail("npm could not install " + wanted + ": " + result);
      }
      assumeTrue(installed, "SKIPPED: npm could not install " + wanted + ": " + result);
      Files.write(done, wanted);
    }
    return folder.resolve("node_modules");
  }
}
