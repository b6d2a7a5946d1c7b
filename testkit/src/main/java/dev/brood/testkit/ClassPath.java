package dev.brood.testkit;

import java.net.URISyntaxException;
import java.net.URL;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** Where classes lie, for a test that starts one of its programs in a JVM of its own. */
public final class ClassPath {
  private ClassPath() {}

  /** A class path on which these classes are found, and what lies beside them. */
  public static String of(Class<?>... types) {
    return Arrays.stream(types)
        .map(ClassPath::location)
        .distinct()
        .collect(Collectors.joining(":"));
  }

  private static String location(Class<?> type) {
    // The class file itself says where it lies, be the module patched or not.
    String name = type.getName().replace('.', '/') + ".class";
    URL url = Objects.requireNonNull(type.getResource("/" + name));
    try {
      String path =
          url.getProtocol().equals("jar")
              ? url.getPath().replaceFirst("^file:", "").replaceFirst("!.*", "")
              : url.toURI().getPath();
      return path.endsWith(".jar") ? path : path.substring(0, path.length() - name.length() - 1);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
