package dev.brood.workers.fork;

import dev.brood.process.Command;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How code of this program is started in another JVM of the same kind: its {@code java}, class
 * path, module path and module options. Memory settings, agents and the like are not taken along.
 */
final class JavaRuntime {
  private static final List<String> MODULE_OPTIONS =
      List.of("--add-modules", "--add-reads", "--add-exports", "--add-opens", "--patch-module");

  private JavaRuntime() {}

  static Fork fork(Class<?> main, String... arguments) {
    return java(List.of()).arguments(target(main)).arguments(arguments);
  }

  static Fork fork(ChildTask task) {
    // A module that nobody requires is not there unless it is named.
    Module own = task.getClass().getModule();
    List<String> options = own.isNamed() ? List.of("--add-modules=" + own.getName()) : List.of();
    return java(options)
        .arguments(target(ChildTaskMain.class))
        .arguments(ChildTaskMain.write(task));
  }

  /** The program that runs JVMs of this one's kind. */
  static String executable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Fork java(List<String> options) {
    List<String> argv = new ArrayList<>();
    argv.add(executable());
    String modules = absolute(System.getProperty("jdk.module.path", ""));
    String classes = absolute(System.getProperty("java.class.path", ""));
    if (!modules.isEmpty()) {
      argv.addAll(List.of("--module-path", modules));
    }
    if (!classes.isEmpty()) {
      argv.addAll(List.of("--class-path", classes));
    }
    argv.addAll(moduleOptions());
    argv.addAll(options);
    argv.add("--enable-native-access=" + nativeAccess());
    Fork fork = Fork.of(Command.of(argv.getFirst()));
    return fork.runtimeArguments(argv.subList(1, argv.size()).toArray(String[]::new));
  }

  /** The child may start in another directory. */
  static String absolute(String path) {
    return path.isEmpty()
        ? path
        : Stream.of(path.split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> moduleOptions() {
    Stream<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments().stream();
    return given
        .filter(argument ->
            MODULE_OPTIONS.stream().anyMatch(option -> argument.startsWith(option + "=")))
        .toList();
  }

  private static String nativeAccess() {
    Module engine = Command.class.getModule();
    return engine.isNamed() ? engine.getName() : "ALL-UNNAMED";
  }

  private static String[] target(Class<?> main) {
    Module module = main.getModule();
    return module.isNamed()
        ? new String[] {"--module", module.getName() + "/" + main.getName()}
        : new String[] {main.getName()};
  }
}
