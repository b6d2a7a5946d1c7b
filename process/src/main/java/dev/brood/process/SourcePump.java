package dev.brood.process;

import dev.brood.process.internal.io.BrokenPipeException;
import dev.brood.process.internal.io.WriteEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;

/** Copies a stream into a child's input, on a virtual thread. A child need not read to the end. */
final class SourcePump implements Runnable {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final Child child;
  private final InputStream source;
  private final WriteEnd end;

  SourcePump(Child child, InputStream source, WriteEnd end) {
    this.child = child;
    this.source = source;
    this.end = end;
  }

  @Override
  public void run() {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      for (int count = read(buffer); count >= 0; count = read(buffer)) {
        end.write(buffer, 0, count);
      }
    } catch (BrokenPipeException | ClosedChannelException | InterruptedException e) {
      // The child has enough, or has ended.
    } catch (IOException | RuntimeException | Error e) { // whatever a user's code throws
      if (!end.isClosed()) {
        child.failed(StdioException.sourceFailed(child.command(), e));
      }
    } finally {
      end.close();
    }
  }

  private int read(byte[] buffer) throws IOException {
    try {
      return source.read(buffer);
    } catch (ClosedChannelException e) {
      throw new IOException("the source was closed", e); // not the child's side
    }
  }
}
