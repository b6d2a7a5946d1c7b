package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix socket: made safely, replaced if its server is dead, and removed.
 *
 * <p>Whoever makes or removes one holds the lock of the directory meanwhile, so that of two servers
 * that start at once, one finds the other alive instead of removing its new file.
 */
final class SocketFile {
  private static final Duration LOCK_LIMIT = Duration.ofSeconds(5);
  private static final long LOCK_PAUSE_NANOS = 2_000_000;
  private static final int OWNER_ONLY = 0600;

  private final Path path;
  private final @Nullable Object identity;

  private SocketFile(Path path, @Nullable Object identity) {
    this.path = path;
    this.identity = identity;
  }

  /** A file and the socket that listens at it. */
  record Listening(SocketFile file, Handle handle) {}

  /**
   * Listens at a path.
   *
   * @throws SocketInUseException if somebody listens there
   * @throws HandleException if it fails otherwise, such as for a file that is no socket
   */
  static Listening listen(Path path, int mode) throws InterruptedException {
    Path absolute = path.toAbsolutePath();
    int lock = lock(absolute);
    try {
      removeIfStale(absolute);
      Handle handle = Handle.listen(absolute, mode);
      boolean done = false;
      try {
        if (mode != OWNER_ONLY) {
          // The umask has taken bits away that were asked for.
          Files.setPosixFilePermissions(absolute, permissions(mode));
        }
        done = true;
        return new Listening(new SocketFile(absolute, identity(absolute)), handle);
      } catch (IOException e) {
        throw new HandleException("cannot set the permissions of " + absolute + ": " + e, e);
      } finally {
        if (!done) {
          handle.close();
        }
      }
    } finally {
      Descriptors.close(lock);
    }
  }

  /** Removes the file, unless it is another server's by now. */
  void remove() {
    int lock;
    try {
      lock = lock(path);
    } catch (HandleException | InterruptedException e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return; // whoever comes next sees that nobody listens
    }
    try {
      if (identity != null && identity.equals(identity(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // As above.
    } finally {
      Descriptors.close(lock);
    }
  }

  private static void removeIfStale(Path path) {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return; // there is none, or listening will tell what is wrong
    }
    if (!attributes.isOther()) {
      throw new HandleException("cannot listen at " + path + ": a file is there that is no socket");
    }
    int socket = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
    if (socket < 0) {
      throw new HandleException("socket: " + Errno.describe(-socket));
    }
    int result;
    try {
      result = Sockets.connect(socket, UnixDomainSocketAddress.of(path));
    } finally {
      Descriptors.close(socket);
    }
    if (result >= 0 || Errno.EAGAIN.is(result)) {
      throw new SocketInUseException("cannot listen at " + path + ": a server is running there");
    }
    if (!Errno.ECONNREFUSED.is(result)) {
      throw new HandleException(
          "cannot listen at %s: cannot tell whether a server is running there: %s"
              .formatted(path, Errno.describe(-result)));
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new HandleException("cannot remove the file of a dead server: " + e, e);
    }
  }

  private static int lock(Path path) throws InterruptedException {
    Path directory = path.getParent();
    String name = directory == null ? "/" : directory.toString();
    int fd = Descriptors.open(name, Descriptors.O_RDONLY, 0);
    if (fd < 0) {
      throw new HandleException("cannot open " + name + ": " + Errno.describe(-fd));
    }
    long deadline = System.nanoTime() + LOCK_LIMIT.toNanos();
    boolean locked = false;
    try {
      int result = Descriptors.tryLock(fd);
      while (Errno.EAGAIN.is(result) && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(LOCK_PAUSE_NANOS);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        result = Descriptors.tryLock(fd);
      }
      if (result < 0) {
        throw new HandleException("cannot lock " + name + ": " + Errno.describe(-result));
      }
      locked = true;
      return fd;
    } finally {
      if (!locked) {
        Descriptors.close(fd);
      }
    }
  }

  private static @Nullable Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    // Both count from the owner's read permission down to the others' right to execute.
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode & (1 << (all.length - 1 - i))) != 0) {
        set.add(all[i]);
      }
    }
    return set;
  }
}
