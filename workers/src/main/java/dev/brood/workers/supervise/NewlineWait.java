package dev.brood.workers.supervise;

import dev.brood.process.ChildOutput;
import dev.brood.process.StdioException;
import java.io.EOFException;
import java.util.concurrent.CompletableFuture;

/** Waits for a newline on a descriptor of the child's. */
record NewlineWait(int descriptor) implements ReadyWait {
  private static final int PIECE_BYTES = 256;

  @Override
  public ReadinessResult await(ProbedChild child, StartLimit limit) throws InterruptedException {
    CompletableFuture<Void> sign = new CompletableFuture<>();
    ChildOutput pipe = child.output(descriptor);
    Thread reader =
        Thread.ofVirtual().name("brood-ready-" + child.pid()).start(() -> read(pipe, sign));
    try {
      return new SignWait(sign).await(child, limit);
    } finally {
      pipe.close(); // the reader ends with it
      reader.interrupt();
    }
  }

  private void read(ChildOutput pipe, CompletableFuture<Void> sign) {
    byte[] piece = new byte[PIECE_BYTES];
    try {
      for (int count = pipe.read(piece, 0, PIECE_BYTES);
          count >= 0;
          count = pipe.read(piece, 0, PIECE_BYTES)) {
        for (int i = 0; i < count; i++) {
          if (piece[i] == '\n') {
            sign.complete(null);
            return;
          }
        }
      }
      sign.completeExceptionally(
          new EOFException("it closed descriptor " + descriptor + " without a newline"));
    } catch (StdioException e) {
      sign.completeExceptionally(e); // closed by the one who waits, or broken
    }
  }
}
