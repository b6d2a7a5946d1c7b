package dev.brood.process.internal.spawn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A control group (cgroup v2) for one child and all its descendants, whatever they do: membership
 * is inherited and cannot be left without permission. See cgroups(7) and the kernel's
 * admin-guide/cgroup-v2; {@code cgroup.kill} is in Linux 5.14.
 */
final class ControlGroup {
  private static final long REMOVE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static final class Shared {
    static final @Nullable String PREFIX = findPrefix();
  }

  private final int number;
  private final Path directory;

  private ControlGroup(int number, Path directory) {
    this.number = number;
    this.directory = directory;
  }

  /** Makes one beneath this process's own group; null where that is not possible. */
  static @Nullable ControlGroup create() {
    if (Shared.PREFIX == null) {
      return null;
    }
    int number = NEXT.incrementAndGet();
    Path directory = Path.of(Shared.PREFIX + number);
    try {
      Files.createDirectory(directory);
      return new ControlGroup(number, directory);
    } catch (IOException e) {
      return null;
    }
  }

  /** What the path of a group is, up to its number; empty where none can be made. */
  static String prefix() {
    return Shared.PREFIX == null ? "" : Shared.PREFIX;
  }

  int number() {
    return number;
  }

  /** Where a process writes 0 to enter this group. */
  Path entrance() {
    return directory.resolve("cgroup.procs");
  }

  /**
   * The processes in it now; none if it is removed.
   *
   * @throws UncheckedIOException if they cannot be read, for instance because no descriptor is left
   */
  List<Long> members() {
    try {
      return Files.readAllLines(directory.resolve("cgroup.procs")).stream()
          .map(Long::parseLong)
          .toList();
    } catch (IOException e) {
      if (Files.exists(directory)) {
        throw new UncheckedIOException(e);
      }
      return List.of();
    }
  }

  /** Kills every member at once, also those that are being forked. */
  void kill() {
    write("cgroup.kill", "1");
  }

  /** Removes an empty group; false if it is not empty. */
  boolean remove() {
    try {
      Files.deleteIfExists(directory);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills what is left and removes the group; waits for that, with a bound. */
  void killAndRemove() {
    long end = System.nanoTime() + REMOVE_NANOS;
    while (!remove() && System.nanoTime() - end < 0) {
      kill();
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private boolean write(String file, String text) {
    try {
      Files.writeString(directory.resolve(file), text);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable String findPrefix() {
    try {
      String own =
          Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
              .filter(line -> line.startsWith("0::"))
              .map(line -> line.substring(3))
              .findFirst()
              .orElse(null);
      if (own == null) {
        return null;
      }
      for (String mount : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        // Fields: id, parent, device, root, mount point, options, tags, "-", type (proc(5)).
        String[] fields = mount.split(" ");
        if (mount.contains(" - cgroup2 ") && fields[4].indexOf('\\') < 0) {
          Path group = Path.of(fields[4] + (own.equals("/") ? "" : own));
          return Files.isWritable(group)
              ? group + "/brood-" + ProcessHandle.current().pid() + "-"
              : null;
        }
      }
      return null;
    } catch (IOException e) {
      return null;
    }
  }
}
