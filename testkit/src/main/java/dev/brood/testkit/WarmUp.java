package dev.brood.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;

/** Starts what lives as long as the JVM, before the first census is taken. */
final class WarmUp {
  private static final Set<String> DONE = ConcurrentHashMap.newKeySet();

  private WarmUp() {}

  /**
   * Runs the configured warm-up unless that one has run in this JVM.
   *
   * <p>A class name and not a service: test classes are patched into the module they test, and
   * {@link java.util.ServiceLoader} does not see services that such a module gains.
   */
  static void once(ExtensionContext context) {
    if (DONE.add("")) {
      startVirtualThreads();
    }
    context
        .getConfigurationParameter("brood.census.warmUp")
        .filter(DONE::add)
        .ifPresent(name -> run(context, name));
  }

  /** The first virtual thread brings the JDK's carriers and their unparker. */
  private static void startVirtualThreads() {
    try {
      Thread.ofVirtual().start(Thread::yield).join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(ExtensionContext context, String name) {
    ClassLoader loader = context.getRequiredTestClass().getClassLoader();
    try {
      Class<?> type = Class.forName(name, true, loader);
      if (!Runnable.class.isAssignableFrom(type)) {
        throw new IllegalStateException("brood.census.warmUp is not a Runnable: " + name);
      }
      ((Runnable) ReflectionSupport.newInstance(type)).run();
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("brood.census.warmUp names no class: " + name, e);
    }
  }
}
