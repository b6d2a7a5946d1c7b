package dev.brood.testkit;

import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test may leave behind without having leaked it: the lasting parts of the JDK, of JUnit and
 * of Brood's engine. Each pattern has to match the whole text. Immutable and thread-safe.
 *
 * @param threads thread names
 * @param descriptors link targets of descriptors
 * @param children command lines of living child processes; a zombie is never tolerated
 */
public record Tolerance(Pattern threads, Pattern descriptors, Pattern children) {

  /** Things that start once, when first needed, and stay. */
  private static final String THREADS =
      String.join(
          "|",
          "brood-(reactor|spawner|sidecar|guard|timer|clock).*",
          "(ForkJoinPool|VirtualThread-|Read-Poller|Write-Poller|Master-Poller|.*-Poller).*",
          "(process reaper|Common-Cleaner|Cleaner-|CompletableFutureDelayScheduler).*",
          "(JFR|Attach Listener|Signal Dispatcher|SIG[A-Z0-9]+ handler|RMI |JMX ).*",
          "(C1|C2) CompilerThread.*|Compiler.*|DestroyJavaVM|Notification Thread",
          "(surefire|junit|JUnit|ping|process-timer|Time-limited).*");

  /** Class files are opened when first used; random devices are kept open by the JDK. */
  private static final String DESCRIPTORS =
      String.join(
          "|", ".*\\.jar", ".*\\.jsa", ".*\\.aot", ".*/lib/modules", "/dev/u?random", ".*\\.jfr");

  private static final String CHILDREN = "brood-sidecar.*";

  /** The usual one; see the source for the list. */
  public static Tolerance standard() {
    return extended("", "");
  }

  /** {@link #standard()} and, besides, what the regular expressions match; empty for nothing. */
  public static Tolerance extended(String threads, String descriptors) {
    return new Tolerance(
        Pattern.compile(threads.isEmpty() ? THREADS : THREADS + "|" + threads),
        Pattern.compile(descriptors.isEmpty() ? DESCRIPTORS : DESCRIPTORS + "|" + descriptors),
        Pattern.compile(CHILDREN, Pattern.DOTALL));
  }

  static Tolerance configured(ExtensionContext context) {
    return extended(
        context.getConfigurationParameter("brood.census.tolerateThreads").orElse(""),
        context.getConfigurationParameter("brood.census.tolerateDescriptors").orElse(""));
  }

  boolean thread(String name) {
    return threads.matcher(name).matches();
  }

  boolean descriptor(String target) {
    return descriptors.matcher(target).matches();
  }

  boolean child(ChildProcess child) {
    return !child.zombie() && children.matcher(child.commandLine()).matches();
  }
}
