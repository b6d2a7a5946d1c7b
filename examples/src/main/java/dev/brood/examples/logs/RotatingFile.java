package dev.brood.examples.logs;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that begins anew when it is full: {@code errors.log} becomes {@code errors.log.1}, that
 * one {@code errors.log.2}, and the oldest goes. A line is not cut in two, unless it alone is
 * longer than a file may be; so a file can be longer by the rest of a line. For one thread at a
 * time.
 */
final class RotatingFile extends OutputStream {
  private final Path path;
  private final long mostBytes;
  private final int kept;
  private OutputStream out;
  private long bytes;
  private long lines;
  private long lineBytes;

  /**
   * Opens it, to write at its end.
   *
   * @param mostBytes how long a file may become
   * @param kept how many older files stay
   */
  RotatingFile(Path path, long mostBytes, int kept) throws IOException {
    this.path = path;
    this.mostBytes = mostBytes;
    this.kept = kept;
    this.out = open();
    this.bytes = Files.size(path);
  }

  @Override
  public void write(int oneByte) throws IOException {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  // snippet: write
  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    int end = offset + length;
    for (int from = offset; from < end; ) {
      int to = endOfLine(buffer, from, end);
      int count = to - from;
      boolean full = bytes > 0 && bytes + count > mostBytes;
      if (full && (lineBytes == 0 || lineBytes + count > mostBytes)) {
        rotate();
      }
      out.write(buffer, from, count);
      bytes += count;
      boolean complete = buffer[to - 1] == '\n';
      lines += complete ? 1 : 0;
      lineBytes = complete ? 0 : lineBytes + count;
      from = to;
    }
  }

  private void rotate() throws IOException {
    out.close();
    for (int i = kept; i > 0; i--) {
      Path younger = i == 1 ? path : older(i - 1);
      if (Files.exists(younger)) {
        Files.move(younger, older(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.deleteIfExists(path); // if none is kept
    out = open();
    bytes = 0;
  }

  // end

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** How many lines were written. */
  long lines() {
    return lines;
  }

  /** How many files there are of it, older ones included. */
  int files() {
    int files = 1;
    while (files <= kept && Files.exists(older(files))) {
      files++;
    }
    return files;
  }

  private Path older(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private OutputStream open() throws IOException {
    return new BufferedOutputStream(
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  private static int endOfLine(byte[] buffer, int from, int end) {
    for (int i = from; i < end; i++) {
      if (buffer[i] == '\n') {
        return i + 1;
      }
    }
    return end;
  }
}
