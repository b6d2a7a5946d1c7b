package dev.brood.daemon.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@code brood.yaml}, a PM2 ecosystem file in YAML or JSON, or a {@code Procfile} says.
 *
 * @param file as the user named it
 * @param apps at least one, names unique, in the order of the file
 * @param warnings keys without effect, in the order of the file
 */
public record BroodFile(Path file, List<App> apps, List<Problem> warnings) {
  /** The names looked for when none is given, in this order. */
  public static final List<String> STANDARD_NAMES =
      List.of("brood.yaml", "brood.yml", "Procfile", "ecosystem.config.yaml", "ecosystem.yaml");

  /** Copies the lists. */
  public BroodFile {
    apps = List.copyOf(apps);
    warnings = List.copyOf(warnings);
  }

  /** The file of the first standard name in a directory. */
  public static Optional<Path> find(Path directory) {
    return STANDARD_NAMES.stream().map(directory::resolve).filter(Files::isRegularFile).findFirst();
  }

  /**
   * Reads a file. Its name chooses the form: {@code *.yaml}, {@code *.yml} and {@code *.json} are
   * YAML 1.2 (of which JSON is a part), {@code Procfile}, {@code Procfile.*} and {@code *.procfile}
   * are lines {@code NAME: SHELL LINE}.
   *
   * @param environment the caller's variables; a Procfile's ports start at PORT, as in Foreman
   * @throws ConfigException if it cannot be read or has an error; all errors are in it
   */
  public static BroodFile read(Path file, Map<String, String> environment) {
    String name = String.valueOf(file.getFileName());
    String lower = name.toLowerCase(Locale.ROOT);
    Problems problems = new Problems(file.toString());
    Path absolute = file.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path directory = parent == null ? absolute : parent;
    List<App> apps;
    if (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json")) {
      String text = SourceText.read(file, problems);
      apps = new YamlReader(problems, directory).read(text);
    } else if (name.equals("Procfile")
        || name.startsWith("Procfile.")
        || lower.endsWith(".procfile")) {
      String text = SourceText.read(file, problems);
      apps = new ProcfileReader(problems, directory, environment.get("PORT")).read(text);
    } else if (lower.matches(".*\\.[cm]?js")) {
      throw new ConfigException(
          file + ": JavaScript files are not supported yet; write the same keys in brood.yaml");
    } else {
      throw new ConfigException(
          file + ": expected a name that ends in .yaml, .yml or .json, or a Procfile");
    }
    problems.throwIfAny();
    return new BroodFile(file, apps, problems.warnings());
  }
}
