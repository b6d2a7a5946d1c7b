package dev.brood.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that a test starts and that have to be told theirs. Such a port is free now; so
 * that it still is when the server comes up, it is none of those that the kernel gives to whoever
 * names none (ip(7), {@code ip_local_port_range}): only somebody who asks for just it can take it.
 */
public final class FreePort {
  private static final Path KERNELS_OWN = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  /** Examples and guides have ports below. */
  private static final int LOWEST = 20_000;

  private static final int MOST_ATTEMPTS = 1_000;

  private FreePort() {}

  /**
   * One of them, a different one each time most likely.
   *
   * @throws IOException if there is none
   */
  public static int next() throws IOException {
    int end = beginOfTheKernels();
    if (end <= LOWEST) {
      throw new IOException("the kernel gives away all ports from " + end);
    }
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
      try (ServerSocket free = new ServerSocket(port)) {
        return free.getLocalPort();
      } catch (BindException e) {
        // Somebody is there: another one, then.
      }
    }
    throw new IOException("no port is free from " + LOWEST + " to " + end);
  }

  /** In one go: whoever reads a part of such a file never gets the rest. */
  private static int beginOfTheKernels() throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(KERNELS_OWN)) {
      return Integer.parseInt(reader.readLine().split("\\s+")[0]);
    }
  }
}
