package dev.brood.testkit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The threads of this JVM that are alive, virtual ones included.
 *
 * <p>Thread groups know platform threads only, and {@code HotSpotDiagnosticMXBean.dumpThreads}, the
 * one public way to learn of the virtual ones, looks at the stack of each without stopping it: on
 * JDK 25 it ends the JVM with SIGSEGV when one parks or unparks meanwhile (JDK-8364343). So this
 * reads the sets that the dump reads, and no stack. They are in {@code jdk.internal.vm}, which a
 * test JVM must therefore export: {@code --add-exports java.base/jdk.internal.vm=dev.brood.testkit}
 * (or {@code ALL-UNNAMED} where the tests are on the class path).
 */
final class LiveThreads {
  private static final String PACKAGE = "jdk.internal.vm";

  private static final MethodHandle ROOT;
  private static final MethodHandle CHILDREN;
  private static final MethodHandle THREADS;

  static {
    try {
      Class<?> containers = Class.forName(PACKAGE + ".ThreadContainers");
      Class<?> container = Class.forName(PACKAGE + ".ThreadContainer");
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodType toStream = MethodType.methodType(Stream.class);
      ROOT =
          lookup
              .findStatic(containers, "root", MethodType.methodType(container))
              .asType(MethodType.methodType(Object.class));
      CHILDREN = virtual(lookup.findVirtual(container, "children", toStream));
      THREADS = virtual(lookup.findVirtual(container, "threads", toStream));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "cannot list virtual threads: give the test JVM --add-exports java.base/%s=%s"
              .formatted(PACKAGE, name(LiveThreads.class.getModule())),
          e);
    }
  }

  private LiveThreads() {}

  /** By thread id. */
  static SortedMap<Long, Thread> all() {
    SortedMap<Long, Thread> found = new TreeMap<>();
    try {
      collect(ROOT.invokeExact(), found);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  /** Kind, id, name and the innermost frame outside {@code java.base}, if there is one. */
  static String describe(Thread thread) {
    String kind = thread.isVirtual() ? "virtual thread #" : "thread #";
    String place =
        Arrays.stream(thread.getStackTrace())
            .filter(frame -> !"java.base".equals(frame.getModuleName()))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return kind + thread.threadId() + " \"" + thread.getName() + "\"" + place;
  }

  /** A container is an executor or a scope; those of threads started by hand are in the root. */
  private static void collect(Object container, SortedMap<Long, Thread> found) throws Throwable {
    for (Object thread : ((Stream<?>) THREADS.invokeExact(container)).toList()) {
      found.put(((Thread) thread).threadId(), (Thread) thread);
    }
    for (Object child : ((Stream<?>) CHILDREN.invokeExact(container)).toList()) {
      collect(child, found);
    }
  }

  private static MethodHandle virtual(MethodHandle handle) {
    return handle.asType(MethodType.methodType(Stream.class, Object.class));
  }

  private static String name(Module module) {
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }
}
