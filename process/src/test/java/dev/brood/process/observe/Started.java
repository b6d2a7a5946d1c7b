package dev.brood.process.observe;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;

/** A process of the JDK, so that these tests need nothing of the engine; ends with its block. */
record Started(Process process, BufferedReader output) implements AutoCloseable {

  static Started of(List<String> argv) throws IOException {
    Process process = new ProcessBuilder(argv).start();
    return new Started(process, process.inputReader());
  }

  long pid() {
    return process.pid();
  }

  String readLine() throws IOException {
    return output.readLine();
  }

  /** Reads that many characters and drops them. */
  void skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      long skipped = output.skip(left);
      if (skipped == 0) {
        throw new IOException("output ended early");
      }
      left -= skipped;
    }
  }

  /** Kills descendants, which the end of the block would leave behind. */
  void killEarlier(long... pids) {
    for (long pid : pids) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    process.getOutputStream().close();
    output.close();
    process.getErrorStream().close();
  }
}
