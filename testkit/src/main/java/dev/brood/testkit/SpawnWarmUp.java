package dev.brood.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Brings up what the engine keeps as long as the JVM lives, so that no test is blamed for it: the
 * reactor, the sidecar, and the threads that start children for virtual threads, each with a pair
 * of sockets. Who has the engine says how a child is started; see {@link Census.Extension}.
 */
public abstract class SpawnWarmUp implements Runnable {
  private static final int SPAWN_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
  private static final int MOST_ROUNDS = 50;
  private static final int AT_ONCE = 16;

  /** For whoever has the engine. */
  protected SpawnWarmUp() {}

  /** Starts a child that ends at once, and waits for its end. */
  protected abstract void spawn() throws InterruptedException;

  @Override
  public final void run() {
    long before = sockets();
    start();
    for (int i = 0; i < MOST_ROUNDS && sockets() < before + 2L * SPAWN_THREADS; i++) {
      List<Thread> threads =
          IntStream.range(0, AT_ONCE).mapToObj(n -> Thread.ofVirtual().start(this::start)).toList();
      threads.forEach(SpawnWarmUp::join);
    }
  }

  private void start() {
    try {
      spawn();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long sockets() {
    String[] numbers = new File("/proc/self/fd").list();
    return Stream.of(numbers == null ? new String[0] : numbers)
        .filter(SpawnWarmUp::isSocket)
        .count();
  }

  private static boolean isSocket(String number) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd", number))
          .toString()
          .startsWith("socket:");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }
}
