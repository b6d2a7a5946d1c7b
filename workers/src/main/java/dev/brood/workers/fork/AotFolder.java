package dev.brood.workers.fork;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The files of an {@link AotCache}: {@code KEY.aot}, which appear whole or not at all, {@code lock}
 * for whoever makes one, and {@code new} for what that one has not finished.
 */
final class AotFolder {
  private static final int MOST_FILES = 16;
  private static final long MOST_BYTES = 512L << 20;
  private static final int OTHERS_MAY_WRITE = 0022;
  private static final String ENDING = ".aot";
  private static final Duration USE_IS_NOTED = Duration.ofHours(1);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** Where this process is at it: by closing the file a second thread would undo the lock. */
  private static final Set<Path> MAKING = ConcurrentHashMap.newKeySet();

  private final Path folder;

  AotFolder(Path folder) {
    this.folder = folder;
  }

  /** Writes a cache to a file that is not there yet, in a folder that is its own. */
  @FunctionalInterface
  interface Making {
    void writeTo(Path file) throws IOException, InterruptedException;
  }

  /**
   * The file of a key, if it is there; it counts as used now.
   *
   * @throws IOException if others may write to the folder: whoever can, can run code as this user
   */
  Optional<Path> find(String key) throws IOException {
    Path file = file(key);
    FileTime used;
    try {
      used = Files.getLastModifiedTime(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    requireOwn();
    Instant now = Instant.now();
    if (used.toInstant().plus(USE_IS_NOTED).isBefore(now)) {
      Files.setLastModifiedTime(file, FileTime.from(now));
    }
    return Optional.of(file);
  }

  /** Makes the file, unless it is there or anybody is making one here. */
  Optional<Path> attempt(String key, Making making) throws IOException, InterruptedException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    requireOwn();
    if (!MAKING.add(folder)) {
      return Optional.empty();
    }
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return Optional.empty();
      }
      Optional<Path> file = find(key);
      return file.isPresent() ? file : Optional.of(made(key, making));
    } finally {
      MAKING.remove(folder);
    }
  }

  /** As {@link #attempt}, but waits for whoever is making one. */
  Path await(String key, Duration limit, Making making) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<Path> file = attempt(key, making);
      if (file.isPresent()) {
        return file.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new IOException("others have been making caches for " + limit);
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  /** Called with the lock held, so what is in {@code new} was left behind. */
  private Path made(String key, Making making) throws IOException, InterruptedException {
    Path scratch = folder.resolve("new");
    Files.createDirectories(scratch);
    empty(scratch);
    try {
      Path output = scratch.resolve(key + ENDING);
      making.writeTo(output);
      try (FileChannel written = FileChannel.open(output, StandardOpenOption.WRITE)) {
        written.force(true); // before its name says that it is whole
      }
      Files.move(output, file(key), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      empty(scratch);
    }
    removeSurplus(key);
    return file(key);
  }

  private void removeSurplus(String newest) throws IOException {
    List<Path> latestFirst;
    try (Stream<Path> files = Files.list(folder)) {
      latestFirst =
          files
              .filter(file -> file.toString().endsWith(ENDING) && !file.equals(file(newest)))
              .sorted(Comparator.comparing(AotFolder::used).reversed())
              .toList();
    }
    int count = 1;
    long bytes = Files.size(file(newest));
    for (Path file : latestFirst) {
      bytes += Files.size(file);
      if (++count > MOST_FILES || bytes > MOST_BYTES) {
        Files.deleteIfExists(file); // a JVM that runs with it keeps it
      }
    }
  }

  private static FileTime used(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  private static void empty(Path scratch) throws IOException {
    try (Stream<Path> left = Files.list(scratch)) {
      for (Path file : left.toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void requireOwn() throws IOException {
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid"); // names would be looked up
    int mode = (int) Files.getAttribute(folder, "unix:mode");
    if (!user.equals(Files.getAttribute(folder, "unix:uid")) || (mode & OTHERS_MAY_WRITE) != 0) {
      throw new IOException("others may write to " + folder);
    }
  }

  private Path file(String key) {
    return folder.resolve(key + ENDING);
  }
}
