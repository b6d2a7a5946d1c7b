package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.SocketMessages;
import dev.brood.process.internal.linux.Sockets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Records from one process to another through memory that both share, in order: for data too large,
 * or messages too many, for a socket. One process writes and one reads.
 *
 * <p>The maker sends {@link #handle} through a {@link Channel}; the receiver gives it to {@link
 * #open}. A ring is held by one process on each side at a time, and ends with either of them;
 * {@code sdk/python/brood_ring.py} is the same for Python. Thread-safe.
 */
public final class SharedRing implements AutoCloseable {
  private static final int NONE = -1;
  private static final byte[] OPENING = {1};

  private final @Nullable RingWriter writer;
  private final @Nullable RingReader reader;
  private @Nullable Handle offered;

  private SharedRing(RingMemory memory, int socket, boolean writes, @Nullable Handle offered) {
    RingPeer peer = new RingPeer(socket, memory, writes);
    this.writer = writes ? new RingWriter(memory, peer) : null;
    this.reader = writes ? null : new RingReader(memory, peer);
    this.offered = offered;
    try {
      peer.start();
    } catch (ErrnoException e) {
      memory.close();
      throw new HandleException("cannot watch the other side of a ring: " + e.getMessage(), e);
    }
  }

  /**
   * Makes a ring that this process writes to.
   *
   * @param capacityBytes a power of two from 4 KiB to 1 GiB; a record may have up to half of it
   * @throws HandleException if the system refuses the memory or a descriptor
   */
  public static SharedRing toWrite(long capacityBytes) {
    return make(capacityBytes, RingMemory.MAKER_WRITES);
  }

  /** Makes a ring that this process reads from. See {@link #toWrite}. */
  public static SharedRing toRead(long capacityBytes) {
    return make(capacityBytes, RingMemory.MAKER_READS);
  }

  /**
   * Takes over the other side of a ring, for the role that its maker has not; the handle counts as
   * closed.
   *
   * @throws HandleException if it is no ring, or was opened before; the handle is closed then
   */
  public static SharedRing open(Handle handle) {
    int socket = handle.release();
    boolean done = false;
    int[] file = {NONE};
    try {
      Descriptors.addNonBlocking(socket);
      // One byte, so that no wake-up behind it is taken too.
      int count = SocketMessages.receive(socket, new byte[1], fd -> keep(file, fd));
      if (count != 1 || file[0] == NONE) {
        throw new HandleException(handle + " is no ring, or was opened before");
      }
      RingMemory memory = RingMemory.map(file[0]);
      boolean writes = memory.makersRole() == RingMemory.MAKER_READS;
      SharedRing ring = new SharedRing(memory, socket, writes, null);
      done = true;
      return ring;
    } finally {
      if (file[0] != NONE) {
        Descriptors.close(file[0]);
      }
      if (!done) {
        Descriptors.close(socket);
      }
    }
  }

  /**
   * The other side, to be sent: a {@link Handle.Kind#SOCKET}, closed here when it has been sent.
   *
   * @throws IllegalStateException at the second call, or on the side that was opened
   */
  public synchronized Handle handle() {
    Handle handle = offered;
    if (handle == null) {
      throw new IllegalStateException("this ring has no other side to give away, or not any more");
    }
    offered = null;
    return handle;
  }

  /**
   * The writing side.
   *
   * @throws IllegalStateException if this process reads
   */
  public RingWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("this process reads from the ring; the other one writes");
    }
    return writer;
  }

  /**
   * The reading side.
   *
   * @throws IllegalStateException if this process writes
   */
  public RingReader reader() {
    if (reader == null) {
      throw new IllegalStateException("this process writes to the ring; the other one reads");
    }
    return reader;
  }

  /**
   * Closes this side, and tells the other: a reader there still reads what is in the ring, a writer
   * gets an error. Wakes whoever waits here. Idempotent.
   */
  @Override
  public void close() {
    Handle left;
    synchronized (this) {
      left = offered;
      offered = null;
    }
    if (left != null) {
      left.close();
    }
    if (writer != null) {
      writer.close();
    }
    if (reader != null) {
      reader.close();
    }
  }

  /** How much of the data area a record takes. */
  static long space(int length) {
    return RingMemory.RECORD_HEADER + (((long) length + 7) & ~7L);
  }

  static long nanos(Duration limit) {
    boolean huge = limit.compareTo(Duration.ofNanos(RingSide.UNBOUNDED_NANOS)) >= 0;
    return huge ? RingSide.UNBOUNDED_NANOS : Math.max(0, limit.toNanos());
  }

  private static SharedRing make(long capacity, int role) {
    int file = RingMemory.create(capacity, role);
    int[] ends = {NONE, NONE};
    boolean done = false;
    try {
      checked("socketpair", Sockets.pair(Sockets.SOCK_STREAM, ends));
      checked("sendmsg", SocketMessages.send(ends[0], OPENING, 0, 1, file));
      Handle other = Handle.of(ends[1], Handle.Kind.SOCKET);
      RingMemory memory = RingMemory.map(file);
      SharedRing ring = new SharedRing(memory, ends[0], role == RingMemory.MAKER_WRITES, other);
      done = true;
      return ring;
    } finally {
      Descriptors.close(file);
      if (!done && ends[0] != NONE) {
        Descriptors.close(ends[0]);
        Descriptors.close(ends[1]);
      }
    }
  }

  private static void keep(int[] file, int descriptor) {
    if (file[0] == NONE) {
      file[0] = descriptor;
    } else if (descriptor >= 0) {
      Descriptors.close(descriptor);
    }
  }

  private static void checked(String call, int result) {
    if (result < 0) {
      throw new HandleException(call + ": " + Errno.describe(-result) + " for a ring");
    }
  }
}
