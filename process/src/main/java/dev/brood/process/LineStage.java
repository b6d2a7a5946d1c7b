package dev.brood.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passes the lines of one stream to another through a function; null drops a line. */
final class LineStage {
  private LineStage() {}

  static void run(InputStream in, OutputStream out, Function<String, @Nullable String> change)
      throws IOException {
    LineBuffer lines = new LineBuffer(StandardCharsets.UTF_8, ChildOutput.LINE_LIMIT_BYTES);
    ByteArrayOutputStream ready = new ByteArrayOutputStream();
    while (true) {
      byte[] room = lines.writable();
      int count = in.read(room, lines.writeOffset(), room.length - lines.writeOffset());
      if (count < 0) {
        String last = lines.last();
        if (last != null) {
          put(change.apply(last), ready);
          ready.writeTo(out);
        }
        return;
      }
      lines.written(count);
      for (String line = lines.next(); line != null; line = lines.next()) {
        put(change.apply(line), ready);
      }
      // What arrived together leaves together: one write for all of its lines.
      ready.writeTo(out);
      ready.reset();
    }
  }

  private static void put(@Nullable String line, ByteArrayOutputStream ready) {
    if (line != null) {
      ready.writeBytes(line.getBytes(StandardCharsets.UTF_8));
      ready.write('\n');
    }
  }
}
