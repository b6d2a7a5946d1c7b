package dev.brood.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A class file and what it refers to. */
record CompiledClass(String module, String name, ClassModel model) {
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L(dev/brood/[\\w/$]+)[;<]");

  /** All class files of a kind, {@code main} or {@code test}, of all modules. */
  static List<CompiledClass> all(String kind) {
    return Repository.modules(kind).stream().flatMap(module -> in(module, kind)).toList();
  }

  static Path folder(Path module, String kind) {
    return module.resolve(kind.equals("main") ? "target/classes" : "target/test-classes");
  }

  private static Stream<CompiledClass> in(Path module, String kind) {
    Path folder = folder(module, kind);
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.endsWith("module-info.class"))
          .map(file -> read(module, file))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompiledClass read(Path module, Path file) {
    try {
      ClassModel model = ClassFile.of().parse(file);
      String name = model.thisClass().asInternalName().replace('/', '.');
      return new CompiledClass(Repository.relative(module), name, model);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String packageName() {
    return packageOf(name);
  }

  static String packageOf(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.')));
  }

  /** The packages of Brood that this class refers to, its own left out. */
  Set<String> packagesUsed() {
    Set<String> used = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry type -> addBrood(used, type.asInternalName());
        case Utf8Entry text -> {
          Matcher types = IN_DESCRIPTOR.matcher(text.stringValue());
          while (types.find()) {
            addBrood(used, types.group(1));
          }
        }
        default -> {}
      }
    }
    used.remove(packageName());
    return used;
  }

  private static void addBrood(Set<String> used, String internalName) {
    String element = internalName.replaceFirst("^\\[+L?", "").replace(";", "");
    if (element.startsWith("dev/brood/")) {
      used.add(packageOf(element.replace('/', '.')));
    }
  }

  /** Whether the class uses a method or field, written {@code java/lang/System.out}. */
  boolean uses(String member) {
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof MemberRefEntry reference
          && member.equals(
              reference.owner().asInternalName() + "." + reference.name().stringValue())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
