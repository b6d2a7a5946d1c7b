package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * This process's environment as bytes, environ(7). {@link System#getenv} decodes it with the
 * locale's charset, which loses what that cannot express.
 */
@SuppressWarnings("restricted")
public final class Environ {
  private static final MemorySegment ENVIRON =
      Native.symbol("environ").reinterpret(ADDRESS.byteSize());

  private Environ() {}

  /** The entries in order, each NAME=value ending in NUL. */
  public static byte[][] entries() {
    List<byte[]> entries = new ArrayList<>();
    MemorySegment list = ENVIRON.get(ADDRESS, 0);
    if (list.address() == 0) {
      return new byte[0][];
    }
    list = list.reinterpret(Long.MAX_VALUE);
    for (long i = 0; ; i++) {
      MemorySegment entry = list.getAtIndex(ADDRESS, i);
      if (entry.address() == 0) {
        return entries.toArray(byte[][]::new);
      }
      entries.add(bytes(entry.reinterpret(Long.MAX_VALUE)));
    }
  }

  /**
   * Takes a variable out, so that programs started from now on do not get it. Other threads must
   * not be reading the environment in C meanwhile: unsetenv(3).
   */
  public static void remove(String name) {
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name).address();
      int unused = (int) Native.words("unsetenv").invokeExact(text, 0L, 0L);
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static byte[] bytes(MemorySegment text) {
    long length = 0;
    while (text.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    return text.asSlice(0, length + 1).toArray(JAVA_BYTE);
  }
}
