package dev.brood.bench.contest;

import com.zaxxer.nuprocess.NuAbstractProcessHandler;
import com.zaxxer.nuprocess.NuProcess;
import com.zaxxer.nuprocess.NuProcessBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** NuProcess: callbacks on its own event threads, always three pipes. */
final class NuLauncher implements Launcher {

  @Override
  public void capture(List<String> argv) throws Exception {
    run(argv, new Collector(), () -> {});
  }

  @Override
  public long noticeExit(List<String> argv) throws Exception {
    Counter counter = new Counter();
    run(argv, counter, () -> {});
    return counter.exitNanos;
  }

  @Override
  public void converse(List<String> argv, boolean pipedStdin, Runnable started) throws Exception {
    run(argv, new Counter(), started);
  }

  @Override
  public long stream(List<String> argv) throws Exception {
    Counter counter = new Counter();
    run(argv, counter, () -> {});
    return counter.total;
  }

  private static void run(List<String> argv, NuAbstractProcessHandler handler, Runnable started)
      throws InterruptedException {
    NuProcess process = new NuProcessBuilder(handler, argv).start();
    if (process == null) {
      throw new IllegalStateException("NuProcess did not start " + argv);
    }
    started.run();
    process.waitFor(0, TimeUnit.SECONDS);
  }

  private static final class Counter extends NuAbstractProcessHandler {
    private volatile long total;
    private volatile long exitNanos;

    @Override
    public void onStdout(ByteBuffer buffer, boolean closed) {
      total += buffer.remaining(); // one event thread calls, so no addition is lost
      buffer.position(buffer.limit());
    }

    @Override
    public void onExit(int statusCode) {
      exitNanos = System.nanoTime();
    }
  }

  private static final class Collector extends NuAbstractProcessHandler {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    @Override
    public void onStdout(ByteBuffer buffer, boolean closed) {
      append(stdout, buffer);
    }

    @Override
    public void onStderr(ByteBuffer buffer, boolean closed) {
      append(stderr, buffer);
    }

    private static void append(ByteArrayOutputStream target, ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      target.writeBytes(bytes);
    }
  }
}
