package dev.brood.workers.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The control group (cgroup v2) of a contained child, which stops and continues as a whole: {@code
 * cgroup.freeze} of the kernel's admin-guide/cgroup-v2, Linux 5.2.
 */
final class Freezer {
  private final Path directory;

  private Freezer(Path directory) {
    this.directory = directory;
  }

  /** That of a child of this process; empty unless it was started contained, where that works. */
  static Optional<Freezer> of(long pid) {
    try {
      Optional<String> group = group(pid);
      if (group.isEmpty() || group.equals(group(ProcessHandle.current().pid()))) {
        return Optional.empty();
      }
      String ours = "brood-" + ProcessHandle.current().pid() + "-";
      for (String mount : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        // Fields: id, parent, device, root, mount point, options, tags, "-", type (proc(5)).
        String[] fields = mount.split(" ");
        if (mount.contains(" - cgroup2 ") && fields[3].equals("/")) {
          Path directory = Path.of(fields[4] + group.get());
          boolean usable = Files.isWritable(directory.resolve("cgroup.freeze"));
          return usable && String.valueOf(directory.getFileName()).startsWith(ours)
              ? Optional.of(new Freezer(directory))
              : Optional.empty();
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no such file system, or the child has ended
    }
  }

  /** Tells the kernel to stop or continue it; false if that failed, as the group is gone. */
  boolean freeze(boolean frozen) {
    try {
      Files.writeString(directory.resolve("cgroup.freeze"), frozen ? "1" : "0");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether every process of it has stopped. */
  boolean isFrozen() {
    try {
      return Files.readAllLines(directory.resolve("cgroup.events")).contains("frozen 1");
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<String> group(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.substring(3))
        .findFirst();
  }
}
