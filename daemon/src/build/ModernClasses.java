import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar and lifts classes older than Java 7 to the format of Java 25.
 *
 * <p>The JVM leaves classes without stack maps out of an AOT cache, and picocli 4.7 is compiled for
 * Java 5. See {@code docs/decisions/0002-aot-cache-at-build-time.md}. Run by {@code ./brood}:
 * {@code java ModernClasses.java FROM TO}.
 */
final class ModernClasses {
  private static final int FIRST_WITH_STACK_MAPS_ONLY = ClassFile.JAVA_7_VERSION;

  private ModernClasses() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    try (JarFile jar = new JarFile(from.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {from.toUri().toURL()});
        ZipOutputStream out =
            new ZipOutputStream(
                new BufferedOutputStream(Files.newOutputStream(Path.of(args[1]))))) {
      ClassFile context =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (ZipEntry entry : Collections.list(jar.entries())) {
        copy(jar, entry, out, context);
      }
    }
  }

  private static void copy(JarFile jar, ZipEntry entry, ZipOutputStream out, ClassFile context)
      throws IOException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    }
    if (entry.getName().endsWith(".class")) {
      ClassModel model = context.parse(bytes);
      if (model.majorVersion() < FIRST_WITH_STACK_MAPS_ONLY) {
        bytes = context.transformClass(model, lift());
      }
    }
    ZipEntry copy = new ZipEntry(entry.getName());
    copy.setTime(entry.getTime());
    out.putNextEntry(copy);
    out.write(bytes);
    out.closeEntry();
  }

  private static ClassTransform lift() {
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.JAVA_25_VERSION, 0);
          } else {
            builder.with(element);
          }
        };
    // A stateful code transform is never skipped; unchanged code would be copied without stack
    // maps.
    CodeTransform rebuilt =
        CodeTransform.ofStateful(() -> (builder, element) -> builder.with(element));
    return version.andThen(ClassTransform.transformingMethodBodies(rebuilt));
  }
}
