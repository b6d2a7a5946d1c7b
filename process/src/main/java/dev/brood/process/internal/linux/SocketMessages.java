package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.IntConsumer;

/**
 * Bytes that carry descriptors through a Unix stream socket: sendmsg(2), recvmsg(2), SCM_RIGHTS of
 * unix(7).
 *
 * <p>Nothing but {@link #receiveWaiting} sleeps, whatever the state of the socket. All methods
 * return {@code -errno} on failure.
 */
public final class SocketMessages {
  /** How much one call moves at most. */
  public static final int MAXIMUM_BYTES = 64 * 1024;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** A block of native memory holds one message; a few are kept for the next calls. */
  private static final ArrayBlockingQueue<SocketMessages> FREE = new ArrayBlockingQueue<>(16);

  private static final int HEADER = 16;
  private static final int CONTROL_BYTES = HEADER + 4 * DescriptorPassing.MAXIMUM + 4;

  // struct msghdr of a 64-bit Linux: name, namelen, iov, iovlen, control, controllen, flags.
  private static final int CONTROL_AT = 32;
  private static final int CONTROL_LENGTH_AT = 40;
  private static final int FLAGS_AT = 48;

  private final MemorySegment message;
  private final MemorySegment vector;
  private final MemorySegment control;
  private final MemorySegment data;
  private final MemorySegment errno;

  private SocketMessages() {
    Arena arena = Arena.ofAuto();
    data = arena.allocate(JAVA_BYTE, MAXIMUM_BYTES);
    errno = arena.allocate(JAVA_INT);
    control = arena.allocate(CONTROL_BYTES, 8);
    vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, data);
    message = arena.allocate(56, 8);
    message.set(ADDRESS, 16, vector);
    message.set(JAVA_LONG, 24, 1);
  }

  /** Sends what fits now. */
  public static int send(int socket, byte[] bytes, int offset, int length) {
    MemorySegment source = MemorySegment.ofArray(bytes).asSlice(offset, length);
    return (int) Syscall.SENDTO.quickSecond(socket, source, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /**
   * Sends what fits now of at most {@link #MAXIMUM_BYTES}; the descriptor rides on the first byte,
   * so with any success it has been sent, and with EAGAIN it has not.
   */
  public static int send(int socket, byte[] bytes, int offset, int length, int descriptor) {
    SocketMessages block = take();
    try {
      int part = Math.min(length, MAXIMUM_BYTES);
      MemorySegment.copy(bytes, offset, block.data, JAVA_BYTE, 0, part);
      block.control.set(JAVA_LONG, 0, HEADER + 4L);
      block.control.set(JAVA_INT, 8, SOL_SOCKET);
      block.control.set(JAVA_INT, 12, SCM_RIGHTS);
      block.control.set(JAVA_INT, HEADER, descriptor);
      block.prepare(part, HEADER + 8);
      return (int)
          Syscall.SENDMSG.quick(socket, block.message.address(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } finally {
      FREE.offer(block);
    }
  }

  /**
   * Receives what is there now, {@link #MAXIMUM_BYTES} at most; 0 is end of file.
   *
   * @param descriptors is given each descriptor that came along, close-on-exec set; they are the
   *     callee's. A negative number says that some were lost for want of room (MSG_CTRUNC).
   */
  public static int receive(int socket, byte[] into, IntConsumer descriptors) {
    SocketMessages block = take();
    try {
      block.prepare(Math.min(into.length, MAXIMUM_BYTES), CONTROL_BYTES);
      long count =
          Syscall.RECVMSG.quick(socket, block.message.address(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      return block.received((int) count, into, descriptors);
    } finally {
      FREE.offer(block);
    }
  }

  /**
   * As {@link #receive}, but waits in the kernel if nothing is there: for a platform thread, a
   * blocking socket, and {@link Sockets#receiveLimit}. {@code -EAGAIN} when that time is over.
   */
  public static int receiveWaiting(int socket, byte[] into, IntConsumer descriptors) {
    SocketMessages block = take();
    try {
      block.prepare(Math.min(into.length, MAXIMUM_BYTES), CONTROL_BYTES);
      long count =
          Syscall.RECVMSG.blocking(
              block.errno, socket, block.message.address(), MSG_CMSG_CLOEXEC, 0, 0);
      return block.received((int) count, into, descriptors);
    } finally {
      FREE.offer(block);
    }
  }

  private int received(int count, byte[] into, IntConsumer descriptors) {
    if (count >= 0) {
      handOver(descriptors);
      MemorySegment.copy(data, JAVA_BYTE, 0, into, 0, count);
    }
    return count;
  }

  private static SocketMessages take() {
    SocketMessages block = FREE.poll();
    return block == null ? new SocketMessages() : block;
  }

  private void prepare(int bytes, int controlBytes) {
    vector.set(JAVA_LONG, 8, bytes);
    message.set(ADDRESS, CONTROL_AT, control);
    message.set(JAVA_LONG, CONTROL_LENGTH_AT, controlBytes);
    message.set(JAVA_INT, FLAGS_AT, 0);
  }

  /** Walks the control messages: cmsg(3). */
  private void handOver(IntConsumer descriptors) {
    long used = message.get(JAVA_LONG, CONTROL_LENGTH_AT);
    for (long at = 0; at + HEADER <= used; ) {
      long length = control.get(JAVA_LONG, at);
      if (length < HEADER || at + length > used) {
        break;
      }
      boolean rights =
          control.get(JAVA_INT, at + 8) == SOL_SOCKET
              && control.get(JAVA_INT, at + 12) == SCM_RIGHTS;
      for (long each = at + HEADER; rights && each + 4 <= at + length; each += 4) {
        descriptors.accept(control.get(JAVA_INT, each));
      }
      at += (length + 7) & ~7L;
    }
    if ((message.get(JAVA_INT, FLAGS_AT) & MSG_CTRUNC) != 0) {
      descriptors.accept(-1);
    }
  }
}
