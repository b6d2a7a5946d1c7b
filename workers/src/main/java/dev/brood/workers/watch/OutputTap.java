package dev.brood.workers.watch;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a copy of one stream of output: notes that something came, and finds progress in its lines.
 * A carriage return ends a line too, as programs that draw a bar write no line feed until they are
 * done; a line that is not ended counts as soon as nothing that may follow can change what it says,
 * or when the stream is closed. Of a line that is too long only the beginning is looked at.
 */
final class OutputTap extends OutputStream {
  private final Runnable activity;
  private final @Nullable ProgressPattern pattern;
  private final Consumer<ProgressReport> reports;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** Whether the line has said something already. */
  private boolean found;

  OutputTap(
      Runnable activity, @Nullable ProgressPattern pattern, Consumer<ProgressReport> reports) {
    this.activity = activity;
    this.pattern = pattern;
    this.reports = reports;
  }

  @Override
  public void write(int single) {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    activity.run();
    if (pattern == null) {
      return;
    }
    int start = offset;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        keep(bytes, start, i - start);
        end(pattern);
        start = i + 1;
      }
    }
    keep(bytes, start, offset + length - start);
    if (line.size() < ProgressPattern.LONGEST_LINE) {
      look(pattern, false);
    }
  }

  /** Nothing follows. */
  @Override
  public void close() {
    if (pattern != null) {
      end(pattern);
    }
  }

  private void keep(byte[] bytes, int offset, int length) {
    int room = ProgressPattern.LONGEST_LINE - line.size();
    line.write(bytes, offset, Math.min(length, room));
  }

  private void end(ProgressPattern wanted) {
    look(wanted, true);
    line.reset();
    found = false;
  }

  private void look(ProgressPattern wanted, boolean whole) {
    if (line.size() > 0 && !found) {
      String text = line.toString(StandardCharsets.UTF_8);
      Optional<ProgressReport> report = whole ? wanted.find(text) : wanted.findEarly(text);
      report.ifPresent(reports);
      found = report.isPresent();
    }
  }
}
