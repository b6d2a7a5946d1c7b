package dev.brood.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What this JVM holds at one moment: open descriptors, child processes, threads and temporary
 * files. Two of them, one before and one after, tell what a test has leaked.
 *
 * <p>Immutable. The parts are read one after the other, so what other threads change meanwhile may
 * show in one part and not in the other; {@link #awaitNoLeaks} therefore looks again for a while.
 * Tests that run in parallel in one JVM see each other's resources: do not combine the two.
 *
 * @param descriptors link targets from {@code /proc/self/fd} (proc_pid_fd(5)) by descriptor number
 * @param children child processes, zombies included, by pid
 * @param threads living threads, virtual ones included, by thread id
 * @param files everything below the directory that was asked for; empty when none was
 */
public record Census(
    SortedMap<Integer, String> descriptors,
    SortedMap<Long, ChildProcess> children,
    SortedMap<Long, Thread> threads,
    SortedSet<Path> files) {

  /** How often {@link #awaitNoLeaks} looks again. */
  private static final Duration PAUSE = Duration.ofMillis(5);

  /** Takes a census without looking at files. */
  public static Census take() {
    return take(null);
  }

  /**
   * Takes a census.
   *
   * @param directory where to list files, at any depth; null for nowhere; a missing one is empty
   */
  public static Census take(@Nullable Path directory) {
    return new Census(
        readDescriptors(), ChildProcess.all(), LiveThreads.all(), listFiles(directory));
  }

  /**
   * Compares with an earlier census.
   *
   * @return one line for each thing that is here, was not there before, and is not tolerated; a
   *     descriptor number that now leads somewhere else counts as new
   */
  public List<String> leaksSince(Census before, Tolerance tolerance) {
    List<String> leaks = new ArrayList<>();
    descriptors.forEach((number, target) -> {
      if (!target.equals(before.descriptors.get(number)) && !tolerance.descriptor(target)) {
        leaks.add("descriptor " + number + " -> " + target);
      }
    });
    children.forEach((pid, child) -> {
      ChildProcess earlier = before.children.get(pid);
      boolean turnedZombie = earlier != null && child.zombie() && !earlier.zombie();
      if ((earlier == null || turnedZombie) && !tolerance.child(child)) {
        leaks.add(child.toString());
      }
    });
    threads.forEach((id, thread) -> {
      if (!before.threads.containsKey(id) && !tolerance.thread(thread.getName())) {
        leaks.add(LiveThreads.describe(thread));
      }
    });
    files.forEach(file -> {
      if (!before.files.contains(file)) {
        leaks.add("file " + file);
      }
    });
    return List.copyOf(leaks);
  }

  /**
   * Compares the present with an earlier census, again and again until nothing is leaked or {@code
   * limit} has passed.
   *
   * @return what is still leaked at the end; empty when all is clean
   */
  public static List<String> awaitNoLeaks(
      Census before, @Nullable Path directory, Tolerance tolerance, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      List<String> leaks = take(directory).leaksSince(before, tolerance);
      if (leaks.isEmpty() || System.nanoTime() - deadline >= 0) {
        return leaks;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static SortedMap<Integer, String> readDescriptors() {
    String[] numbers = new File("/proc/self/fd").list();
    if (numbers == null) {
      throw new UncheckedIOException(new IOException("cannot list /proc/self/fd"));
    }
    SortedMap<Integer, String> found = new TreeMap<>();
    for (String number : numbers) {
      try {
        Path target = Files.readSymbolicLink(Path.of("/proc/self/fd", number));
        found.put(Integer.valueOf(number), target.toString());
      } catch (IOException e) {
        // Closed since it was listed, as the descriptor of the listing itself always is.
      }
    }
    return found;
  }

  private static SortedSet<Path> listFiles(@Nullable Path directory) {
    SortedSet<Path> found = new TreeSet<>();
    if (directory == null || !Files.isDirectory(directory)) {
      return found;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(path -> !path.equals(directory)).forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException e) {
      // A file vanished under the walk: what has been seen so far is the answer.
    }
    return found;
  }

  /**
   * Takes a census before each test and fails the test if more is there afterwards.
   *
   * <p>Put {@code @ExtendWith(Census.Extension.class)} on a class, or set {@code
   * junit.jupiter.extensions.autodetection.enabled=true} in {@code junit-platform.properties} to
   * have it everywhere. Further configuration parameters, all optional:
   *
   * <ul>
   *   <li>{@code brood.census.warmUp}: name of a {@link Runnable} class with a constructor without
   *       parameters, run once before the first census, so that singletons exist already
   *   <li>{@code brood.census.limitMillis}: how long to wait for things to settle; default 20000
   *   <li>{@code brood.census.directory}: where to look for left files; default nowhere
   *   <li>{@code brood.census.tolerateThreads}, {@code brood.census.tolerateDescriptors}: regular
   *       expressions of what is allowed besides {@link Tolerance#standard()}
   * </ul>
   *
   * Does not work with tests that run in parallel.
   */
  public static final class Extension implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(Extension.class);
    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(20);

    /** Used by JUnit. */
    public Extension() {}

    @Override
    public void beforeEach(ExtensionContext context) {
      WarmUp.once(context);
      context.getStore(NAMESPACE).put("before", take(directory(context)));
    }

    @Override
    public void afterEach(ExtensionContext context) {
      Census before = context.getStore(NAMESPACE).remove("before", Census.class);
      if (before == null) {
        return;
      }
      Duration limit =
          context
              .getConfigurationParameter("brood.census.limitMillis", Long::valueOf)
              .map(Duration::ofMillis)
              .orElse(DEFAULT_LIMIT);
      List<String> leaks =
          awaitNoLeaks(before, directory(context), Tolerance.configured(context), limit);
      if (!leaks.isEmpty()) {
        throw new AssertionError(
            "leaked, still there after %d ms:%n  %s"
                .formatted(limit.toMillis(), String.join(System.lineSeparator() + "  ", leaks)));
      }
    }

    private static @Nullable Path directory(ExtensionContext context) {
      return context.getConfigurationParameter("brood.census.directory", Path::of).orElse(null);
    }
  }
}
