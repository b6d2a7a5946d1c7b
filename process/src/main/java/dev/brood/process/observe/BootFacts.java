package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** When the machine came up and what with, from {@code stat} and {@code uptime} of proc(5). */
final class BootFacts {
  /** How far apart the two sources of the boot instant may be and still mean the same. */
  private static final Duration AGREEMENT = Duration.ofSeconds(2);

  /** Longer than it takes to read a file, unless something comes between. */
  private static final Duration UNDISTURBED = Duration.ofMillis(5);

  private static final int MOST_READINGS = 20;

  private BootFacts() {}

  /**
   * The instant that start times of processes count from.
   *
   * <p>{@code btime} of proc_stat(5) is cut to whole seconds, which would let children seem to
   * start before their command was given. Now less {@code uptime} is good to 10 ms, but containers
   * may be shown an uptime of their own; so it only serves to refine the former.
   */
  static Instant bootInstant(String root, InstantSource clock) {
    Instant coarse = Instant.ofEpochSecond(bootSecond(root));
    Instant fine = fineBootInstant(root, clock);
    boolean agree = Duration.between(coarse, fine).abs().compareTo(AGREEMENT) <= 0;
    return agree ? fine : coarse;
  }

  /** Of several readings the one with the least between a look at the clock before and after it. */
  private static Instant fineBootInstant(String root, InstantSource clock) {
    Instant best = Instant.EPOCH;
    Duration least = Duration.ofSeconds(Long.MAX_VALUE);
    for (int i = 0; i < MOST_READINGS && least.compareTo(UNDISTURBED) > 0; i++) {
      Instant before = clock.instant();
      Duration uptime = uptime(root);
      Duration took = Duration.between(before, clock.instant());
      if (took.compareTo(least) < 0) {
        least = took;
        best = before.minus(uptime);
      }
    }
    return best;
  }

  private static long bootSecond(String root) {
    return text(root + "/stat")
        .lines()
        .filter(line -> line.startsWith("btime "))
        .mapToLong(line -> Long.parseLong(line.substring("btime ".length()).strip()))
        .findFirst()
        .orElse(0);
  }

  /** The first figure of proc_uptime(5), which includes time spent suspended. */
  static Duration uptime(String root) {
    String seconds = text(root + "/uptime").split(" ", 2)[0];
    return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
  }

  /** The lines {@code cpu0}, {@code cpu1} and so on of proc_stat(5), one for each CPU online. */
  static int onlineCpus(String root) {
    return (int) text(root + "/stat").lines().filter(line -> line.matches("cpu\\d+ .*")).count();
  }

  private static String text(String path) {
    byte[] bytes = ProcFile.readAll(path);
    if (bytes == null) {
      throw new UncheckedIOException(new IOException("cannot read " + path));
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
