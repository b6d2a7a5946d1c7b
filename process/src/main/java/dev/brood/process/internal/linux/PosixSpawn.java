package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * posix_spawn(3) of glibc, which is vfork(2)-like: it holds the calling thread, and no other, until
 * the child has executed its program or failed to.
 *
 * <p>Every child starts with all signals at their default and none blocked, whatever the calling
 * thread has. Descriptor copies are made in the order given; then everything above the highest is
 * closed (posix_spawn_file_actions_addclosefrom_np, glibc 2.34).
 */
@SuppressWarnings("restricted")
public final class PosixSpawn {
  /** The child stays in its parent's process group. */
  public static final int SHARED_GROUP = 0;

  /** The child leads a process group of its own. */
  public static final int OWN_GROUP = 0x02;

  /** The child leads a session of its own, without a controlling terminal. */
  public static final int OWN_SESSION = 0x80;

  private static final int SETSIGDEF = 0x04;
  private static final int SETSIGMASK = 0x08;

  // The sizes of the opaque structures are 80, 336 and 128 on 64-bit glibc; some room is added.
  private static final int ACTIONS_SIZE = 256;
  private static final int ATTRIBUTES_SIZE = 512;
  private static final int SIGNAL_SET_SIZE = 128;

  private static final MethodHandle SPAWN = Native.slowWords("posix_spawn");
  private static final MethodHandle ACTIONS_INIT = Native.words("posix_spawn_file_actions_init");
  private static final MethodHandle ACTIONS_DESTROY =
      Native.words("posix_spawn_file_actions_destroy");
  private static final MethodHandle ADD_DUP2 = Native.words("posix_spawn_file_actions_adddup2");
  private static final MethodHandle ADD_CLOSE = Native.words("posix_spawn_file_actions_addclose");
  private static final MethodHandle ADD_CLOSE_FROM =
      Native.words("posix_spawn_file_actions_addclosefrom_np");
  private static final MethodHandle ADD_DIRECTORY =
      Native.words("posix_spawn_file_actions_addchdir_np");

  private static final MemorySegment ENVIRON =
      Native.symbol("environ").reinterpret(ADDRESS.byteSize());

  private static final MemorySegment SHARED_ATTRIBUTES = attributes(SHARED_GROUP);
  private static final MemorySegment GROUP_ATTRIBUTES = attributes(OWN_GROUP);
  private static final MemorySegment SESSION_ATTRIBUTES = attributes(OWN_SESSION);

  private PosixSpawn() {}

  /**
   * Starts a program; blocks until it runs or has failed to.
   *
   * @param path the program file, ending in NUL
   * @param arguments argv, each ending in NUL
   * @param environment NAME=value, each ending in NUL; null: this process's own, byte for byte
   * @param directory where the child starts, ending in NUL; null: where the parent is
   * @param sources the descriptors to copy; each above every target, or equal to its own target
   * @param targets the numbers they get in the child, ascending; numbers between them are closed
   * @param leads {@link #SHARED_GROUP}, {@link #OWN_GROUP} or {@link #OWN_SESSION}
   * @return the pid, or {@code -errno}
   */
  public static int spawn(
      byte[] path,
      byte[][] arguments,
      byte @Nullable [][] environment,
      byte @Nullable [] directory,
      int[] sources,
      int[] targets,
      int leads) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(ACTIONS_SIZE, 8);
      MemorySegment pid = arena.allocate(JAVA_INT);
      MemorySegment program = copy(arena, path);
      MemorySegment argv = strings(arena, arguments);
      MemorySegment envp =
          environment == null ? ENVIRON.get(ADDRESS, 0) : strings(arena, environment);
      check((int) ACTIONS_INIT.invokeExact(actions.address(), 0L, 0L));
      try {
        int failed = describe(arena, actions.address(), directory, sources, targets);
        if (failed != 0) {
          return -failed;
        }
        MemorySegment attributes =
            switch (leads) {
              case OWN_GROUP -> GROUP_ATTRIBUTES;
              case OWN_SESSION -> SESSION_ATTRIBUTES;
              default -> SHARED_ATTRIBUTES;
            };
        int error =
            (int)
                SPAWN.invokeExact(
                    pid.address(),
                    program.address(),
                    actions.address(),
                    attributes.address(),
                    argv.address(),
                    envp.address());
        return error != 0 ? -error : pid.get(JAVA_INT, 0);
      } finally {
        check((int) ACTIONS_DESTROY.invokeExact(actions.address(), 0L, 0L));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int describe(
      Arena arena, long actions, byte @Nullable [] directory, int[] sources, int[] targets)
      throws Throwable {
    int next = 3;
    for (int i = 0; i < targets.length; i++) {
      for (; next < targets[i]; next++) {
        int error = (int) ADD_CLOSE.invokeExact(actions, (long) next, 0L);
        if (error != 0) {
          return error;
        }
      }
      int error = (int) ADD_DUP2.invokeExact(actions, (long) sources[i], (long) targets[i]);
      if (error != 0) {
        return error;
      }
      next = Math.max(next, targets[i] + 1);
    }
    int error = (int) ADD_CLOSE_FROM.invokeExact(actions, (long) next, 0L);
    if (error == 0 && directory != null) {
      error = (int) ADD_DIRECTORY.invokeExact(actions, copy(arena, directory).address(), 0L);
    }
    return error;
  }

  private static MemorySegment strings(Arena arena, byte[][] values) {
    long total = 0;
    for (byte[] value : values) {
      total += value.length;
    }
    MemorySegment pointers = arena.allocate(ADDRESS, values.length + 1L);
    MemorySegment text = arena.allocate(Math.max(total, 1));
    long at = 0;
    for (int i = 0; i < values.length; i++) {
      MemorySegment.copy(values[i], 0, text, JAVA_BYTE, at, values[i].length);
      pointers.setAtIndex(ADDRESS, i, text.asSlice(at));
      at += values[i].length;
    }
    return pointers;
  }

  private static MemorySegment copy(Arena arena, byte[] bytes) {
    return arena.allocateFrom(JAVA_BYTE, bytes);
  }

  private static MemorySegment attributes(int leads) {
    Arena forever = Arena.global();
    MemorySegment attributes = forever.allocate(ATTRIBUTES_SIZE, 8);
    MemorySegment all = forever.allocate(SIGNAL_SET_SIZE, 8);
    MemorySegment none = forever.allocate(SIGNAL_SET_SIZE, 8);
    all.set(JAVA_LONG, 0, -1L);
    long it = attributes.address();
    long flags = leads | SETSIGDEF | SETSIGMASK;
    apply("posix_spawnattr_init", it, 0);
    apply("posix_spawnattr_setflags", it, flags);
    apply("posix_spawnattr_setsigdefault", it, all.address());
    apply("posix_spawnattr_setsigmask", it, none.address());
    return attributes;
  }

  private static void apply(String function, long attributes, long argument) {
    try {
      check((int) Native.words(function).invokeExact(attributes, argument, 0L));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static void check(int error) {
    if (error != 0) {
      throw new ErrnoException("posix_spawn attributes", error);
    }
  }
}
