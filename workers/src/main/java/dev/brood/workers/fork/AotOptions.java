package dev.brood.workers.fork;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which options of a JVM matter to an AOT cache, and which rule one out. */
final class AotOptions {
  /** Environment variables that the JVM and its launcher take options from. */
  private static final List<String> VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** What is given as the next argument, or behind an equals sign. */
  private static final Set<String> WITH_VALUE =
      Set.of(
          "--class-path",
          "-classpath",
          "-cp",
          "--module-path",
          "-p",
          "--add-modules",
          "--add-reads",
          "--add-exports",
          "--add-opens",
          "--enable-native-access",
          "--patch-module",
          "--limit-modules",
          "--upgrade-module-path");

  /** Module graphs of which the JVM archives nothing, agents that may change classes, and files. */
  private static final Pattern FORBIDDEN =
      Pattern.compile(
          "(--patch-module|--limit-modules|--upgrade-module-path|-javaagent|-agentlib|-agentpath"
              + "|-Xrun|-Xdebug|@|-XX:Flags=|-XX:VMOptionsFile=|-XX:JVMOptionsFile=).*");

  /** Whoever gives one of these wants to see to caches himself. */
  private static final Pattern OWN_CACHE =
      Pattern.compile("(-Xshare:|-XX:.?(AOT|SharedArchive|ArchiveClasses|AutoCreateShared)).*");

  /**
   * Sizes of the heap and switches: garbage collector, compressed references, compilers. Not what
   * names a file, a port or a command: the training run must not touch those.
   */
  private static final Pattern SHAPING =
      Pattern.compile("-X(m[nsx]|ss)\\S+|-XX:[+-]\\w+|-XX:\\w+=[0-9.]+[kKmMgGtT]?|-Xint|--.+");

  private AotOptions() {}

  /**
   * The options that a JVM and its cache must have in common.
   *
   * @throws AotCacheException if there can be none with these, or those of the environment
   */
  static List<String> shaping(List<String> options) {
    for (String variable : VARIABLES) {
      String value = System.getenv(variable);
      if (value != null) {
        List.of(value.strip().split("\\s+")).forEach(option -> check(option, variable));
      }
    }
    List<String> shaping = new ArrayList<>();
    Iterator<String> rest = options.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      check(option, "its options");
      if (WITH_VALUE.contains(option) && rest.hasNext()) {
        shaping.add(option);
        shaping.add(rest.next());
      } else if (SHAPING.matcher(option).matches()) {
        shaping.add(option);
      }
    }
    return shaping;
  }

  /**
   * The class path and the module path that count, the last of each that is given.
   *
   * @throws AotCacheException if there is neither
   */
  static List<Path> paths(List<String> shaping) {
    List<Path> all = new ArrayList<>();
    value(shaping, "--class-path", "-classpath", "-cp").ifPresent(path -> addAll(all, path));
    value(shaping, "--module-path", "-p").ifPresent(path -> addAll(all, path));
    if (all.isEmpty()) {
      throw new AotCacheException("its options name no class path");
    }
    return all;
  }

  private static void check(String option, String where) {
    if (FORBIDDEN.matcher(option).matches()) {
      throw new AotCacheException("the JVM uses none with " + option + ", which is in " + where);
    }
    if (OWN_CACHE.matcher(option).matches()) {
      throw new AotCacheException(option + " in " + where + " says which");
    }
  }

  private static Optional<String> value(List<String> shaping, String name, String... aliases) {
    Optional<String> value = Optional.empty();
    for (int i = 0; i < shaping.size(); i++) {
      String option = shaping.get(i);
      if (option.startsWith(name + "=")) {
        value = Optional.of(option.substring(name.length() + 1));
      } else if (i + 1 < shaping.size()
          && (option.equals(name) || List.of(aliases).contains(option))) {
        value = Optional.of(shaping.get(i + 1));
      }
    }
    return value;
  }

  private static void addAll(List<Path> all, String path) {
    for (String entry : path.split(File.pathSeparator)) {
      all.add(Path.of(entry).toAbsolutePath());
    }
  }
}
