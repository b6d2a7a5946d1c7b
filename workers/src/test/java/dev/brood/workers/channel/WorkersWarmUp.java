package dev.brood.workers.channel;

import dev.brood.process.Command;
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
 * of sockets.
 */
public final class WorkersWarmUp implements Runnable {
  private static final int SPAWN_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
  private static final int MOST_ROUNDS = 50;
  private static final int AT_ONCE = 16;

  /** Used by the census. */
  public WorkersWarmUp() {}

  @Override
  public void run() {
    long before = sockets();
    start();
    for (int i = 0; i < MOST_ROUNDS && sockets() < before + 2L * SPAWN_THREADS; i++) {
      List<Thread> threads =
          IntStream.range(0, AT_ONCE)
              .mapToObj(n -> Thread.ofVirtual().start(WorkersWarmUp::start))
              .toList();
      threads.forEach(WorkersWarmUp::join);
    }
  }

  private static void start() {
    try {
      Command.of("true").capture();
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
        .filter(WorkersWarmUp::isSocket)
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
