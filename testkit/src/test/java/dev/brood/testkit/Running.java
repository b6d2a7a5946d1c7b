package dev.brood.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JDK process that is ended, and whose three streams are closed, at the end of a block. */
record Running(Process process) implements AutoCloseable {

  static Running start(List<String> argv) throws IOException {
    return new Running(new ProcessBuilder(argv).start());
  }

  static Running startMerged(List<String> argv) throws IOException {
    return new Running(new ProcessBuilder(argv).redirectErrorStream(true).start());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  InputStream output() {
    return process.getInputStream();
  }

  BufferedReader lines() {
    return process.inputReader();
  }

  int await() throws InterruptedException {
    return process.waitFor();
  }

  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    kill();
    process.getOutputStream().close();
    process.getInputStream().close();
    process.getErrorStream().close();
  }
}
