package dev.brood.workers.channel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.Futex;
import dev.brood.process.internal.linux.MemoryFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The shared memory of a ring. All numbers are little-endian; {@code docs/decisions/0014} says how
 * the two sides use them.
 *
 * <pre>
 *    0  u64  "BROODRNG"
 *    8  u32  version: 1
 *   12  u32  what its maker does: 1 writes, 2 reads
 *   16  u64  capacity: bytes of the data area, a power of two
 *   24  u64  where the data area begins: 4096
 *  128  u64  head: bytes written since the beginning, with all padding   (by the writer)
 *  136  u32  1 when the writer has closed                                (by the writer)
 *  256  u64  tail: bytes read since the beginning, with all padding      (by the reader)
 *  264  u32  1 when the reader has closed                                (by the reader)
 *  384  u32  how the reader waits: 0 not, 1 futex on this word, 2 socket (by both)
 *  512  u32  how the writer waits: likewise
 * 4096  the data area
 * </pre>
 *
 * A record lies at {@code 4096 + position % capacity} and is never cut: u32 length, u32 zero, the
 * bytes, and padding to a multiple of 8. A length of {@link #PADDING} means that the rest of the
 * data area is unused and the next record lies at its beginning.
 */
final class RingMemory {
  static final int MAKER_WRITES = 1;
  static final int MAKER_READS = 2;
  static final int PADDING = 0xffff_ffff;
  static final int RECORD_HEADER = 8;
  static final int DATA = 4096;
  static final long LEAST_CAPACITY = 4096;
  static final long MOST_CAPACITY = 1L << 30;

  static final long HEAD = 128;
  static final long WRITER_CLOSED = 136;
  static final long TAIL = 256;
  static final long READER_CLOSED = 264;
  static final long READER_WAITS = 384;
  static final long WRITER_WAITS = 512;

  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final long MAGIC = 0x474e_5244_4f4f_5242L; // "BROODRNG" as a little-endian number
  private static final int VERSION = 1;

  private final Arena arena;
  private final MemorySegment memory;
  private final long capacity;

  private RingMemory(Arena arena, MemorySegment memory, long capacity) {
    this.arena = arena;
    this.memory = memory;
    this.capacity = capacity;
  }

  /** Makes the file of a new ring; its descriptor. */
  static int create(long capacity, int role) {
    if (Long.bitCount(capacity) != 1 || capacity < LEAST_CAPACITY || capacity > MOST_CAPACITY) {
      throw new IllegalArgumentException(
          "the capacity of a ring is a power of two from %,d to %,d bytes, not %,d"
              .formatted(LEAST_CAPACITY, MOST_CAPACITY, capacity));
    }
    int file = MemoryFile.ofSize("brood-ring", DATA + capacity);
    if (file < 0) {
      throw new HandleException("memfd_create: " + Errno.describe(-file));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = MemoryFile.map(file, arena);
      memory.set(JAVA_LONG, 0, MAGIC);
      memory.set(JAVA_INT, 8, VERSION);
      memory.set(JAVA_INT, 12, role);
      memory.set(JAVA_LONG, 16, capacity);
      memory.set(JAVA_LONG, 24, DATA);
      return file;
    } catch (IOException e) {
      Descriptors.close(file);
      throw new HandleException("cannot map a ring: " + e.getMessage(), e);
    }
  }

  /**
   * Maps the file of a ring; the caller closes the descriptor.
   *
   * @throws HandleException if it is no ring, or one that could be cut under its users
   */
  static RingMemory map(int file) {
    int size = MemoryFile.SEAL_SHRINK | MemoryFile.SEAL_GROW;
    int seals = MemoryFile.seals(file);
    if (seals < 0 || (seals & size) != size || (seals & MemoryFile.SEAL_WRITE) != 0) {
      throw new HandleException("not the memory of a ring: its size is not sealed");
    }
    Arena arena = Arena.ofShared();
    boolean done = false;
    try {
      MemorySegment memory = MemoryFile.map(file, arena);
      if (memory.byteSize() < DATA + LEAST_CAPACITY
          || memory.get(JAVA_LONG, 0) != MAGIC
          || memory.get(JAVA_INT, 8) != VERSION
          || memory.get(JAVA_LONG, 16) != memory.byteSize() - DATA
          || Long.bitCount(memory.get(JAVA_LONG, 16)) != 1
          || memory.get(JAVA_LONG, 24) != DATA
          || !isRole(memory.get(JAVA_INT, 12))) {
        throw new HandleException("not the memory of a ring, or one of another version");
      }
      done = true;
      return new RingMemory(arena, memory, memory.byteSize() - DATA);
    } catch (IOException e) {
      throw new HandleException("cannot map a ring: " + e.getMessage(), e);
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  private static boolean isRole(int role) {
    return role == MAKER_WRITES || role == MAKER_READS;
  }

  long capacity() {
    return capacity;
  }

  int makersRole() {
    return memory.get(JAVA_INT, 12);
  }

  /** A position that the other side moves; what it wrote before is seen after. */
  long position(long field) {
    return (long) LONG.getAcquire(memory, field);
  }

  /**
   * Moves a position of this side's. What was written before is seen by whoever sees it, and
   * nothing that is read after it, above all whether the other side waits, is read before.
   */
  void move(long field, long position) {
    LONG.setVolatile(memory, field, position);
  }

  int flag(long field) {
    return (int) INT.getVolatile(memory, field);
  }

  void setFlag(long field, int value) {
    INT.setVolatile(memory, field, value);
  }

  /** Clears a flag; what it was. */
  int clearFlag(long field) {
    return (int) INT.getAndSet(memory, field, 0);
  }

  Futex futex(long field) {
    return new Futex(memory.asSlice(field, Integer.BYTES), arena);
  }

  int length(long position) {
    return memory.get(JAVA_INT, at(position));
  }

  void setLength(long position, int length) {
    memory.set(JAVA_LONG, at(position), length & 0xffff_ffffL);
  }

  /** How many bytes are left up to the end of the data area. */
  long toEnd(long position) {
    return capacity - (position & (capacity - 1));
  }

  MemorySegment bytes(long position, int length) {
    return memory.asSlice(at(position) + RECORD_HEADER, length);
  }

  void put(long position, byte[] bytes, int offset, int length) {
    MemorySegment.copy(bytes, offset, memory, JAVA_BYTE, at(position) + RECORD_HEADER, length);
  }

  void get(long position, byte[] bytes) {
    MemorySegment.copy(memory, JAVA_BYTE, at(position) + RECORD_HEADER, bytes, 0, bytes.length);
  }

  /** Unmaps it; nobody may be using it. */
  void close() {
    arena.close();
  }

  private long at(long position) {
    return DATA + (position & (capacity - 1));
  }
}
