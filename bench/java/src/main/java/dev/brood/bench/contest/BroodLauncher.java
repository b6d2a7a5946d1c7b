package dev.brood.bench.contest;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Pipeline;
import dev.brood.process.Stdio;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Brood. */
final class BroodLauncher implements Launcher {
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int SMALL_PIECE_BYTES = 1024;

  @Override
  public void capture(List<String> argv) throws Exception {
    Command.of(argv).capture();
  }

  @Override
  public long noticeExit(List<String> argv) throws Exception {
    try (Child child = Command.of(argv).stdout(Stdio.none()).stderr(Stdio.none()).spawn()) {
      child.await();
      return System.nanoTime();
    }
  }

  @Override
  public void converse(List<String> argv, boolean pipedStdin, Runnable started) throws Exception {
    Command command = pipedStdin ? Command.of(argv).stdin(Stdio.pipe()) : Command.of(argv);
    try (Child child = command.stdout(Stdio.pipe()).stderr(Stdio.pipe()).spawn()) {
      started.run();
      drain(child.stdout(), SMALL_PIECE_BYTES);
      drain(child.stderr(), SMALL_PIECE_BYTES);
      child.await();
    }
  }

  @Override
  public long stream(List<String> argv) throws Exception {
    Command command = Command.of(argv).stderr(Stdio.none());
    try (Child child = command.stdout(Stdio.pipe()).spawn()) {
      long total = drain(child.stdout(), PIECE_BYTES);
      child.await();
      return total;
    }
  }

  @Override
  public long lines(List<String> argv) throws Exception {
    Command command = Command.of(argv).stderr(Stdio.none());
    try (Child child = command.stdout(Stdio.pipe()).spawn()) {
      long total = 0;
      while (child.stdout().readLine() != null) {
        total++;
      }
      child.await();
      return total;
    }
  }

  @Override
  public String pipeline(List<List<String>> commands) throws Exception {
    Pipeline pipeline = Command.of(commands.get(0)).pipe(Command.of(commands.get(1)));
    for (List<String> argv : commands.subList(2, commands.size())) {
      pipeline = pipeline.pipe(Command.of(argv));
    }
    return pipeline.capture().stdout().trimmed();
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
