package dev.brood.process;

import dev.brood.process.internal.spawn.SpawnFailure;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files among several sinks of one output. They are written by this JVM, and opened before the
 * start, so that one that cannot be opened fails the start.
 */
final class SinkFiles {
  private final Map<Stdio.FileStdio, Shared> open = new HashMap<>();

  /** A file of one or both outputs, closed with the last of them. */
  private static final class Shared extends FilterOutputStream {
    private final AtomicInteger users = new AtomicInteger();

    Shared(FileOutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
    }

    OutputStream out() {
      return out;
    }

    @Override
    public void close() throws IOException {
      if (users.decrementAndGet() <= 0) {
        out.close();
      }
    }
  }

  private SinkFiles() {}

  static SinkFiles open(StdioPlan stdio) throws SpawnFailure {
    SinkFiles files = new SinkFiles();
    try {
      files.openAll(stdio.stdout());
      files.openAll(stdio.stderr());
      return files;
    } catch (SpawnFailure e) {
      files.close();
      throw e;
    }
  }

  /** The stream of a file; the same for both outputs if both name it. */
  OutputStream stream(Stdio.FileStdio file) {
    Shared stream = open.get(file);
    if (stream == null) {
      throw new AssertionError("not opened: " + file);
    }
    stream.users.incrementAndGet();
    return stream;
  }

  /** There is no child: closes all of them. */
  void close() {
    for (Shared stream : open.values()) {
      try {
        stream.out().close();
      } catch (IOException e) {
        // Nothing was written yet, so nothing is lost.
      }
    }
  }

  private void openAll(List<Stdio.Sink> sinks) throws SpawnFailure {
    if (sinks.size() < 2) {
      return;
    }
    for (Stdio.Sink sink : sinks) {
      if (sink instanceof Stdio.FileStdio file && !open.containsKey(file)) {
        try {
          open.put(file, new Shared(new FileOutputStream(file.path().toFile(), file.append())));
        } catch (IOException e) {
          throw new SpawnFailure(
              SpawnFailure.Kind.FILE_NOT_OPENED, 0, file.path().toString(), e.getMessage());
        }
      }
    }
  }
}
