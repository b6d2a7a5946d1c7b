package dev.brood.process.internal.io;

/** Takes the bytes of a stream into memory. Called on the reactor's thread: it never blocks. */
public interface ByteSink {
  /** Takes {@code count} bytes from the start of {@code buffer}, which is reused afterwards. */
  void bytes(byte[] buffer, int count);

  /** Told once: the writers are gone, or the stream was given up. */
  void end();

  /** Told instead of {@link #end} if the bytes could not be taken. */
  void fail(Throwable reason);

  /** Throws everything away. */
  ByteSink DISCARD =
      new ByteSink() {
        @Override
        public void bytes(byte[] buffer, int count) {}

        @Override
        public void end() {}

        @Override
        public void fail(Throwable reason) {}
      };
}
