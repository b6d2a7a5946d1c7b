package dev.brood.examples;

import dev.brood.examples.CommandLine.UsageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A folder that one process works in at a time; the kernel lets go of it with the process. */
public final class FolderLock implements AutoCloseable {
  private final FileChannel file;

  private FolderLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Takes a folder, and makes it if it is not there.
   *
   * @throws UsageException if somebody has it
   */
  public static FolderLock take(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel file =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // This process has it: told as any other.
    } finally {
      if (!taken) {
        file.close();
      }
    }
    if (!taken) {
      throw new UsageException("somebody works already in " + folder);
    }
    return new FolderLock(file);
  }

  /** Lets go of it. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
