package dev.brood.process;

import dev.brood.process.internal.spawn.SpawnFailure;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files among several sinks of one output. They are written by this JVM, and opened before the
 * start, so that one that cannot be opened fails the start.
 */
final class SinkFiles {
  private final Map<Stdio.FileStdio, FileOutputStream> open = new HashMap<>();

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
  FileOutputStream stream(Stdio.FileStdio file) {
    FileOutputStream stream = open.get(file);
    if (stream == null) {
      throw new AssertionError("not opened: " + file);
    }
    return stream;
  }

  void close() {
    for (FileOutputStream stream : open.values()) {
      try {
        stream.close();
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
          open.put(file, new FileOutputStream(file.path().toFile(), file.append()));
        } catch (IOException e) {
          throw new SpawnFailure(
              SpawnFailure.Kind.FILE_NOT_OPENED, 0, file.path().toString(), e.getMessage());
        }
      }
    }
  }
}
