package dev.brood.workers.supervise;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** By what a file is known to be another one, or to have changed: no clock is compared. */
record FileStamp(@Nullable Object key, long modifiedNanos, long size) {
  /** That of a file; null if there is none. */
  static @Nullable FileStamp of(Path path) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      long modified = found.lastModifiedTime().to(NANOSECONDS);
      return new FileStamp(found.fileKey(), modified, found.size());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** A look that passes when the file is there and is not as it is now. */
  static Look change(Path path) {
    FileStamp before = before(path);
    return limit -> {
      try {
        FileStamp now = of(path);
        if (now == null) {
          return new ProbeResult.Failed("there is no " + path);
        }
        return Objects.equals(now, before)
            ? new ProbeResult.Failed(path + " is as it was before the start")
            : new ProbeResult.Passed();
      } catch (IOException e) {
        return new ProbeResult.Failed("cannot look at " + path + ": " + e.getMessage());
      }
    };
  }

  private static @Nullable FileStamp before(Path path) {
    try {
      return of(path);
    } catch (IOException e) {
      return null; // if it stays so, the looks will say why
    }
  }
}
