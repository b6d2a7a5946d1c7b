package dev.brood.workers.fork;

import dev.brood.process.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a main class of this program is started in another JVM of the same kind. */
final class JavaRuntime {
  private JavaRuntime() {}

  static Fork fork(Class<?> main, String... arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    if (!modules.isEmpty()) {
      argv.addAll(List.of("--module-path", modules));
    }
    if (!classes.isEmpty()) {
      argv.addAll(List.of("--class-path", classes));
    }
    argv.add("--enable-native-access=" + nativeAccess());
    return Fork.of(Command.of(argv)).arguments(target(main)).arguments(arguments);
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
