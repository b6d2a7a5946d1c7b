package dev.brood.process.internal.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of {@code /proc}, where "gone" and "not yours to see" are everyday answers.
 *
 * <p>Such a file has no length and is made up by the kernel at each read, in a few microseconds as
 * a rule; nothing here waits for a device.
 */
public final class ProcFile {

  private ProcFile() {}

  /**
   * Reads with a single {@code read} call, so that what it returns belongs to one moment.
   *
   * @return the number of bytes put into {@code buffer}, 0 for an empty file, -1 when the file has
   *     vanished or this user may not read it
   * @throws UncheckedIOException if no descriptor is left to open it: taking that for "vanished"
   *     would make a tree walk skip living processes
   */
  public static int read(String path, byte[] buffer) {
    try (FileInputStream in = new FileInputStream(path)) {
      return Math.max(0, in.read(buffer));
    } catch (FileNotFoundException e) {
      throwIfShort(path, e);
      return -1;
    } catch (IOException e) {
      return -1; // ESRCH or EACCES, which some of these files answer at the read only
    }
  }

  /**
   * Reads to the end.
   *
   * @return null when the file has vanished or this user may not read it
   * @throws UncheckedIOException if no descriptor is left to open it
   */
  public static byte @Nullable [] readAll(String path) {
    try (FileInputStream in = new FileInputStream(path)) {
      return in.readAllBytes();
    } catch (FileNotFoundException e) {
      throwIfShort(path, e);
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The JDK gives every errno of open(2) as the same exception. A lack of descriptors or memory
   * hits other files too; a refusal or an absence does not.
   */
  private static void throwIfShort(String path, FileNotFoundException failure) {
    if (!new File(path).exists()) {
      return;
    }
    try (FileInputStream probe = new FileInputStream("/dev/null")) {
      probe.read();
    } catch (IOException e) {
      throw new UncheckedIOException(failure);
    }
  }
}
