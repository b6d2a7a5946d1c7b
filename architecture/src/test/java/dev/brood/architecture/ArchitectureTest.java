package dev.brood.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.SignatureAttribute;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reads the class files of all modules and checks which way the arrows between packages go. */
class ArchitectureTest {
  /**
   * Each package of the production modules, and the other packages of Brood it may use. A package
   * that is not here has no place in the house yet.
   */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry(
              "dev.brood.process",
              Set.of(
                  "dev.brood.process.internal.spawn",
                  "dev.brood.process.internal.io",
                  "dev.brood.process.internal.linux")),
          Map.entry(
              "dev.brood.process.internal.spawn",
              Set.of("dev.brood.process.internal.io", "dev.brood.process.internal.linux")),
          Map.entry("dev.brood.process.internal.io", Set.of("dev.brood.process.internal.linux")),
          Map.entry("dev.brood.process.internal.linux", Set.of()),
          Map.entry(
              "dev.brood.process.observe",
              Set.of("dev.brood.process", "dev.brood.process.internal.linux")),
          Map.entry(
              "dev.brood.workers.channel",
              Set.of(
                  "dev.brood.workers.channel.v8",
                  "dev.brood.process",
                  "dev.brood.process.internal.io",
                  "dev.brood.process.internal.linux")),
          Map.entry("dev.brood.workers.channel.v8", Set.of()),
          Map.entry(
              "dev.brood.workers.fork",
              Set.of(
                  "dev.brood.workers.channel",
                  "dev.brood.process",
                  "dev.brood.process.internal.io",
                  "dev.brood.process.internal.linux")),
          Map.entry(
              "dev.brood.workers.cluster",
              Set.of(
                  "dev.brood.workers.event",
                  "dev.brood.workers.fork",
                  "dev.brood.workers.channel",
                  "dev.brood.process",
                  "dev.brood.process.internal.io",
                  "dev.brood.process.internal.linux")),
          Map.entry("dev.brood.workers.event", Set.of("dev.brood.process.internal.io")),
          Map.entry(
              "dev.brood.workers.meters",
              Set.of(
                  "dev.brood.workers.pool",
                  "dev.brood.workers.supervise",
                  "dev.brood.workers.watch")),
          Map.entry(
              "dev.brood.workers.broker",
              Set.of(
                  "dev.brood.workers.event",
                  "dev.brood.workers.channel",
                  "dev.brood.process.internal.io")),
          Map.entry(
              "dev.brood.workers.watch",
              Set.of(
                  "dev.brood.workers.event",
                  "dev.brood.workers.channel",
                  "dev.brood.process",
                  "dev.brood.process.observe",
                  "dev.brood.process.internal.linux")),
          Map.entry(
              "dev.brood.workers.supervise",
              Set.of(
                  "dev.brood.workers.event",
                  "dev.brood.workers.watch",
                  "dev.brood.workers.fork",
                  "dev.brood.workers.channel",
                  "dev.brood.process")),
          Map.entry(
              "dev.brood.workers.pool",
              Set.of(
                  "dev.brood.workers.event",
                  "dev.brood.workers.supervise",
                  "dev.brood.workers.watch",
                  "dev.brood.workers.fork",
                  "dev.brood.workers.channel",
                  "dev.brood.process",
                  "dev.brood.process.observe",
                  "dev.brood.process.internal.io")),
          Map.entry(
              "dev.brood.daemon.cli",
              Set.of(
                  "dev.brood.daemon.foreground",
                  "dev.brood.daemon.config",
                  "dev.brood.daemon.control")),
          Map.entry(
              "dev.brood.daemon.foreground",
              Set.of(
                  "dev.brood.daemon.apps",
                  "dev.brood.daemon.config",
                  "dev.brood.process",
                  "dev.brood.process.observe",
                  "dev.brood.workers.channel",
                  "dev.brood.workers.fork",
                  "dev.brood.workers.supervise",
                  "dev.brood.workers.watch")),
          Map.entry(
              "dev.brood.daemon.apps",
              Set.of(
                  "dev.brood.daemon.config",
                  "dev.brood.process",
                  "dev.brood.process.observe",
                  "dev.brood.workers.channel",
                  "dev.brood.workers.fork",
                  "dev.brood.workers.supervise")),
          Map.entry(
              "dev.brood.daemon.config",
              Set.of("dev.brood.workers.supervise", "dev.brood.workers.watch")),
          Map.entry("dev.brood.testkit", Set.of()));

  /** Modules for people to read, where the arrows above do not apply. */
  private static final Set<String> NOT_PRODUCTION = Set.of("examples");

  private static final Set<String> MAY_PRINT =
      Set.of("dev.brood.daemon.cli", "dev.brood.daemon.foreground");

  private static final List<CompiledClass> MAIN = CompiledClass.all("main");
  private static final List<CompiledClass> TESTS = CompiledClass.all("test");

  @Test
  void classFiles_everySource_isCompiledAndSeen() {
    assertThat(MAIN).extracting(CompiledClass::module).contains("process", "testkit", "daemon");
    assertThat(sourcesWithoutClass("main", MAIN)).isEmpty();
    assertThat(sourcesWithoutClass("test", TESTS)).isEmpty();
  }

  @Test
  void packages_ofProduction_useOnlyWhatTheirArrowsAllow() {
    List<String> wrong = new ArrayList<>();
    for (CompiledClass type : production()) {
      Set<String> allowed = ARROWS.get(type.packageName());
      if (allowed == null) {
        wrong.add(type + ": package " + type.packageName() + " is not in ARROWS");
        continue;
      }
      for (String used : type.packagesUsed()) {
        if (!allowed.contains(used)) {
          wrong.add(type + " -> " + used);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void signatures_ofExportedPackages_nameNoInternalType() {
    List<String> wrong = new ArrayList<>();
    for (CompiledClass type : production()) {
      if (exported(type) && visible(type.model())) {
        leaks(type).forEach(wrong::add);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void standardStreams_outsideTheCommand_areNotUsed() {
    assertThat(production())
        .filteredOn(type -> !type.module().equals("testkit"))
        .filteredOn(type -> !MAY_PRINT.contains(type.packageName()))
        .filteredOn(type ->
            type.uses("java/lang/System.out")
                || type.uses("java/lang/System.err")
                || type.uses("java/lang/Throwable.printStackTrace"))
        .isEmpty();
  }

  @Test
  void tests_never_sleep() {
    List<CompiledClass> testCode =
        Stream.concat(TESTS.stream(), MAIN.stream().filter(type -> type.module().equals("testkit")))
            .toList();
    assertThat(testCode)
        .filteredOn(type ->
            type.uses("java/lang/Thread.sleep") || type.uses("java/util/concurrent/TimeUnit.sleep"))
        .isEmpty();
  }

  private static List<CompiledClass> production() {
    return MAIN.stream()
        .filter(type -> NOT_PRODUCTION.stream().noneMatch(type.module()::startsWith))
        .toList();
  }

  private static List<String> sourcesWithoutClass(String kind, List<CompiledClass> classes) {
    Set<String> seen = classes.stream().map(CompiledClass::name).collect(Collectors.toSet());
    List<String> missing = new ArrayList<>();
    for (Path module : Repository.modules(kind)) {
      Path sources = module.resolve("src/" + kind + "/java");
      Repository.files(name -> name.endsWith(".java")).stream()
          .filter(file -> file.startsWith(sources))
          .filter(file -> !file.endsWith("module-info.java"))
          .filter(file -> !file.endsWith("package-info.java"))
          .filter(file -> !seen.contains(className(sources, file)))
          .forEach(file -> missing.add(Repository.relative(file)));
    }
    return missing;
  }

  private static String className(Path sources, Path file) {
    String name = sources.relativize(file).toString().replace('\\', '/').replace('/', '.');
    return name.substring(0, name.length() - ".java".length());
  }

  private static boolean exported(CompiledClass type) {
    return exports(Repository.ROOT.resolve(type.module())).contains(type.packageName());
  }

  /** The packages a module exports to everyone. */
  private static Set<String> exports(Path module) {
    Path descriptor = CompiledClass.folder(module, "main").resolve("module-info.class");
    if (!Files.exists(descriptor)) {
      return Set.of();
    }
    Optional<ModuleAttribute> declared;
    try {
      declared =
          java.lang.classfile.ClassFile.of().parse(descriptor).findAttribute(Attributes.module());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return declared.orElseThrow().exports().stream()
        .filter(export -> export.exportsTo().isEmpty())
        .map(export -> export.exportedPackage().asSymbol().name())
        .collect(Collectors.toSet());
  }

  private static boolean visible(ClassModel model) {
    return model.flags().has(AccessFlag.PUBLIC);
  }

  private static boolean visible(AccessFlags flags) {
    return flags.has(AccessFlag.PUBLIC) || flags.has(AccessFlag.PROTECTED);
  }

  private static Stream<String> leaks(CompiledClass type) {
    Stream<String> fields =
        type.model().fields().stream()
            .filter(field -> visible(field.flags()))
            .map(field ->
                field.fieldName().stringValue()
                    + " "
                    + field.fieldType().stringValue()
                    + generic(field.findAttribute(Attributes.signature())));
    Stream<String> methods =
        type.model().methods().stream()
            .filter(method -> visible(method.flags()))
            .map(method ->
                method.methodName().stringValue()
                    + " "
                    + method.methodType().stringValue()
                    + generic(method.findAttribute(Attributes.signature())));
    return Stream.concat(fields, methods)
        .filter(member -> member.contains("dev/brood/process/internal/"))
        .map(member -> type + "." + member);
  }

  private static String generic(Optional<SignatureAttribute> signature) {
    return signature.map(attribute -> " " + attribute.signature().stringValue()).orElse("");
  }
}
