package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.FileStatus;
import dev.brood.process.internal.linux.MemoryFile;
import dev.brood.process.internal.linux.Sockets;

/** Looks at what a descriptor is before it travels as something: a wrong one kills a Node peer. */
final class DescriptorKind {
  private DescriptorKind() {}

  /**
   * Checks that a descriptor is of a kind, and makes a stream socket or pipe non-blocking.
   *
   * @throws HandleException if it is of another kind
   */
  static void check(int descriptor, Handle.Kind kind) {
    if (!Descriptors.isOpen(descriptor)) {
      throw new HandleException("descriptor " + descriptor + " is not open");
    }
    int socketType = Sockets.type(descriptor);
    boolean stream = socketType == Sockets.SOCK_STREAM;
    boolean pipe = socketType < 0 && FileStatus.isPipe(FileStatus.type(descriptor));
    boolean fits =
        switch (kind) {
          case SERVER -> stream;
          case SOCKET -> stream && Sockets.isListening(descriptor) == 0;
          case NATIVE -> stream || pipe || isUdp(descriptor, socketType);
          case DATAGRAM, DATAGRAM_NATIVE -> isUdp(descriptor, socketType);
          case FILE -> socketType < 0 && !pipe;
          case PIPE -> pipe;
          case MEMORY -> MemoryFile.seals(descriptor) >= 0;
        };
    if (!fits) {
      throw new HandleException(
          "descriptor %d is no %s but %s"
              .formatted(descriptor, kind, describe(descriptor, socketType, pipe)));
    }
    if (stream || pipe) {
      int result = Descriptors.addNonBlocking(descriptor);
      if (result < 0) {
        throw new HandleException("fcntl: " + Errno.describe(-result));
      }
    }
  }

  private static boolean isUdp(int descriptor, int socketType) {
    int family = Sockets.family(descriptor);
    boolean internet = family == Sockets.AF_INET || family == Sockets.AF_INET6;
    return socketType == Sockets.SOCK_DGRAM && internet;
  }

  private static String describe(int descriptor, int socketType, boolean pipe) {
    if (pipe) {
      return "a pipe";
    }
    if (socketType < 0) {
      return "a file";
    }
    String listening = Sockets.isListening(descriptor) == 1 ? " that listens" : "";
    return "a socket of family " + Sockets.family(descriptor) + ", type " + socketType + listening;
  }
}
