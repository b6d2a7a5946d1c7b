package dev.brood.workers.channel;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.FileStatus;
import dev.brood.process.internal.linux.Sockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;

/** The two directions of a stream socket, or of a pipe, as streams on the reactor. Thread-safe. */
final class SocketStreams implements AutoCloseable {
  private final ReadEnd readEnd;
  private final WriteEnd writeEnd;
  private final int writeDescriptor;
  private final boolean socket;
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();

  private SocketStreams(int descriptor, int copy, boolean socket) {
    // Two numbers of one open file, as the reactor watches a number for one thing at a time.
    this.writeDescriptor = copy;
    this.socket = socket;
    readEnd = new ReadEnd(Reactor.shared(), descriptor);
    writeEnd = new WriteEnd(Reactor.shared(), copy, false);
  }

  /**
   * Takes over a descriptor.
   *
   * @param name of the handle, for the error
   * @throws HandleException if it is neither a connected stream socket nor a pipe
   */
  static SocketStreams of(int descriptor, String name) {
    boolean stream =
        Sockets.type(descriptor) == Sockets.SOCK_STREAM && Sockets.isListening(descriptor) == 0;
    if (!stream && !FileStatus.isPipe(FileStatus.type(descriptor))) {
      throw new HandleException(name + " is neither a connected stream socket nor a pipe");
    }
    int copy = Descriptors.duplicate(descriptor, 3);
    if (copy < 0) {
      throw new HandleException("fcntl: " + Errno.describe(-copy) + ": " + name);
    }
    return new SocketStreams(descriptor, copy, stream);
  }

  InputStream input() {
    return new Input();
  }

  OutputStream output() {
    return new Output();
  }

  @Override
  public synchronized void close() {
    readEnd.close();
    writeEnd.close();
  }

  private synchronized void closeOutput() {
    if (socket && !writeEnd.isClosed()) {
      Descriptors.shutdownWrite(writeDescriptor);
    }
    writeEnd.close();
  }

  private static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException thrown = new InterruptedIOException("interrupted");
    thrown.initCause(e);
    return thrown;
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        reading.lockInterruptibly();
        try {
          return readEnd.read(buffer, offset, length, 0);
        } finally {
          reading.unlock();
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        writing.lockInterruptibly();
        try {
          writeEnd.write(bytes, offset, length);
        } finally {
          writing.unlock();
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    @Override
    public void close() {
      closeOutput();
    }
  }
}
