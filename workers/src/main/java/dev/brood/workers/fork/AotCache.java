package dev.brood.workers.fork;

import dev.brood.process.ProcessException;
import dev.brood.workers.channel.WorkersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of AOT caches (JEP 514) for Java children, which start in two thirds to four fifths of
 * the time with one; see {@link Fork#aotCache}. Immutable and thread-safe.
 *
 * <p>There is one cache for each JDK, class path and set of options of the JVM. If it is missing,
 * the child starts without, and a JVM in the background makes it for later ones: a training run of
 * a class of Brood's own, never of the program. That takes some seconds of a processor, once; of
 * all processes of a user one at a time does so. A jar that has changed, by size or time, has
 * another cache: JDK 25 itself does not look (JDK-8377932). The JVM verifies the checksum of what
 * it reads; if it does not fit, the child says so on standard error and starts without.
 *
 * <p>There can be none where the class path has a folder, nor for a main class in a named module,
 * nor with agents: that is told once, as a warning to the logger {@code dev.brood.workers}. The
 * folder is made with mode 0700, and not used if others may write there. It holds at most 16 caches
 * and 512 MiB (one has about 25): those that have not been used for longest go.
 */
public final class AotCache {
  private static final Duration BUSY_LIMIT = Duration.ofMinutes(5);
  private static final int MOST_REMEMBERED = 1000;

  /** What was told, and what is not tried again by this process; with the folder. */
  private static final Set<String> SETTLED = ConcurrentHashMap.newKeySet();

  private final AotFolder folder;

  private AotCache(AotFolder folder) {
    this.folder = folder;
  }

  /** The user's own: {@code brood/aot} in {@code XDG_CACHE_HOME}, {@code ~/.cache} unless set. */
  public static AotCache ofUser() {
    String named = System.getenv("XDG_CACHE_HOME");
    Path caches =
        named != null && named.startsWith("/")
            ? Path.of(named)
            : Path.of(System.getProperty("user.home"), ".cache");
    return in(caches.resolve("brood").resolve("aot"));
  }

  /** In this folder, which is made when it is needed and should hold nothing else. */
  public static AotCache in(Path folder) {
    return new AotCache(new AotFolder(folder.toAbsolutePath()));
  }

  /**
   * Makes the cache for a program now, if there is none: when it is installed, say.
   *
   * @return the file
   * @throws AotCacheException if there can be none, or making it fails or takes too long
   */
  public Path make(Fork fork) throws InterruptedException {
    try {
      AotProgram program = fork.aotProgram();
      return folder.await(program.key(), BUSY_LIMIT, output -> AotTraining.run(program, output));
    } catch (IOException | ProcessException e) {
      throw new AotCacheException("no AOT cache for " + fork + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "AotCache " + folder;
  }

  /** The options of a JVM that starts now: none if there is no cache. Never throws. */
  List<String> options(Fork fork) {
    try {
      AotProgram program = fork.aotProgram();
      String key = program.key();
      Optional<Path> file = folder.find(key);
      if (file.isEmpty()) {
        makeInBackground(program, key);
      }
      return file.map(AotCache::using).orElse(List.of());
    } catch (IOException | UncheckedIOException | InvalidPathException | AotCacheException e) {
      tell("no AOT cache for Java children: " + e.getMessage());
      return List.of();
    }
  }

  /** What the JVM says about caches goes to standard output unless it is told otherwise. */
  private static List<String> using(Path file) {
    return List.of(
        "-XX:AOTCache=" + file,
        "-XX:+VerifySharedSpaces",
        "-Xlog:aot*=off,cds*=off",
        "-Xlog:aot=error:stderr");
  }

  private void makeInBackground(AotProgram program, String key) {
    if (!SETTLED.contains(folder + " " + key)) {
      Thread unused = Thread.ofVirtual().name("brood-aot").start(() -> attempt(program, key));
    }
  }

  private void attempt(AotProgram program, String key) {
    try {
      Optional<Path> unused = folder.attempt(key, output -> AotTraining.run(program, output));
    } catch (IOException | ProcessException | WorkersException e) {
      boolean unused = settle(folder + " " + key); // tried once only
      tell("an AOT cache could not be made: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String text) {
    if (settle(folder + " " + text)) {
      System.getLogger("dev.brood.workers").log(Level.WARNING, text);
    }
  }

  /** Whether it is new. So many different ones do not come; if they do, some are repeated. */
  private static boolean settle(String what) {
    if (SETTLED.size() >= MOST_REMEMBERED) {
      SETTLED.clear();
    }
    return SETTLED.add(what);
  }
}
