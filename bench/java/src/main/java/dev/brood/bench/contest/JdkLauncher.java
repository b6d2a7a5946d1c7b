package dev.brood.bench.contest;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The JDK's {@link ProcessBuilder}. */
final class JdkLauncher implements Launcher {
  private static final File NULL = new File("/dev/null");
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int SMALL_PIECE_BYTES = 1024;

  private final ExecutorService readers;

  /**
   * @param virtual whether a second stream is read on a virtual thread; otherwise on a pooled
   *     platform thread
   */
  JdkLauncher(boolean virtual) {
    readers =
        virtual
            ? Executors.newVirtualThreadPerTaskExecutor()
            : Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  }

  @Override
  public void capture(List<String> argv) throws Exception {
    Process process = new ProcessBuilder(argv).redirectInput(NULL).start();
    Future<byte[]> errors = readers.submit(() -> process.getErrorStream().readAllBytes());
    process.getInputStream().readAllBytes();
    errors.get();
    process.waitFor();
  }

  @Override
  public long noticeExit(List<String> argv) throws Exception {
    Process process =
        new ProcessBuilder(argv)
            .redirectInput(NULL)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor();
    return System.nanoTime();
  }

  @Override
  public void converse(List<String> argv, boolean pipedStdin, Runnable started) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(argv);
    Process process = (pipedStdin ? builder : builder.redirectInput(NULL)).start();
    started.run();
    drain(process.getInputStream(), SMALL_PIECE_BYTES);
    drain(process.getErrorStream(), SMALL_PIECE_BYTES);
    process.waitFor();
    process.getOutputStream().close();
  }

  @Override
  public long stream(List<String> argv) throws Exception {
    Process process = discardingErrors(argv).start();
    long total = drain(process.getInputStream(), PIECE_BYTES);
    process.waitFor();
    return total;
  }

  @Override
  public long lines(List<String> argv) throws Exception {
    Process process = discardingErrors(argv).start();
    long total = 0;
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      while (reader.readLine() != null) {
        total++;
      }
    }
    process.waitFor();
    return total;
  }

  @Override
  public String pipeline(List<List<String>> commands) throws Exception {
    List<ProcessBuilder> builders = commands.stream().map(ProcessBuilder::new).toList();
    builders.getFirst().redirectInput(NULL);
    List<Process> stages = ProcessBuilder.startPipeline(builders);
    byte[] printed = stages.getLast().getInputStream().readAllBytes();
    for (Process stage : stages) {
      stage.waitFor();
    }
    return new String(printed, StandardCharsets.UTF_8).strip();
  }

  private static ProcessBuilder discardingErrors(List<String> argv) {
    return new ProcessBuilder(argv)
        .redirectInput(NULL)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  private static long drain(InputStream stream, int pieceBytes) throws IOException {
    byte[] piece = new byte[pieceBytes];
    long total = 0;
    for (int count; (count = stream.read(piece)) > 0; ) {
      total += count;
    }
    return total;
  }
}
