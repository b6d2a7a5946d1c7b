package dev.brood.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A child that the JDK knows nothing about, so that nobody reaps it before {@link #close}. */
@SuppressWarnings("restricted")
record UnreapedChild(int pid) implements AutoCloseable {
  private static final int KILL = 9;
  private static final long LIMIT_NANOS = Duration.ofSeconds(20).toNanos();

  static UnreapedChild spawn(String... words) throws Throwable {
    MethodHandle spawn =
        function(
            "posix_spawn",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pid = arena.allocate(JAVA_INT);
      MemorySegment argv = arena.allocate(ADDRESS, words.length + 1);
      for (int i = 0; i < words.length; i++) {
        argv.setAtIndex(ADDRESS, i, arena.allocateFrom(words[i]));
      }
      MemorySegment path = argv.getAtIndex(ADDRESS, 0);
      MemorySegment environment = arena.allocate(ADDRESS, 1);
      int error =
          (int)
              spawn.invokeExact(
                  pid, path, MemorySegment.NULL, MemorySegment.NULL, argv, environment);
      if (error != 0) {
        throw new IOException("posix_spawn of " + words[0] + ": errno " + error);
      }
      return new UnreapedChild(pid.get(JAVA_INT, 0));
    }
  }

  void kill() throws Throwable {
    MethodHandle kill = function("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    int result = (int) kill.invokeExact(pid, KILL);
    if (result != 0) {
      throw new IOException("cannot kill " + pid);
    }
  }

  /** Waits, for a bounded time, until it is a zombie. */
  void awaitEnd() throws IOException {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ")) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(pid + " did not end");
      }
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  @Override
  public void close() throws IOException {
    MethodHandle wait =
        function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    try {
      int reaped = (int) wait.invokeExact(pid, MemorySegment.NULL, 0);
      if (reaped != pid) {
        throw new IOException("cannot reap " + pid);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) { // what invokeExact declares; waitpid itself throws nothing
      throw new AssertionError(e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }
}
