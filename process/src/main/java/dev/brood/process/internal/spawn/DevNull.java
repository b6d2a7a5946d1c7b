package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.ErrnoException;

/** The one descriptor of {@code /dev/null} that children get copies of. */
final class DevNull {
  private static final class Shared {
    static final int DESCRIPTOR = open();
  }

  private DevNull() {}

  /** Above 2, for reading and writing; open as long as the JVM lives. */
  static int descriptor() {
    return Shared.DESCRIPTOR;
  }

  private static int open() {
    int fd = Descriptors.open("/dev/null", Descriptors.O_RDWR, 0);
    if (fd < 0) {
      throw new ErrnoException("open /dev/null", -fd);
    }
    if (fd > 2) {
      return fd;
    }
    int above = Descriptors.duplicate(fd, 3);
    Descriptors.close(fd);
    if (above < 0) {
      throw new ErrnoException("fcntl", -above);
    }
    return above;
  }
}
