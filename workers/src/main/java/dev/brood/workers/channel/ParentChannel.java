package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Environ;
import dev.brood.process.internal.linux.FileStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The channel to the process that started this one. */
final class ParentChannel {
  private static final String DESCRIPTOR = "NODE_CHANNEL_FD";
  private static final String MODE = "NODE_CHANNEL_SERIALIZATION_MODE";
  private static final String WORKER = "NODE_UNIQUE_ID";

  private static @Nullable Optional<Channel> made;
  private static @Nullable String problem;

  private ParentChannel() {}

  /** Made once, or never: a number that names no channel now may name another's socket later. */
  static synchronized Optional<Channel> get() {
    if (problem != null) {
      throw new HandleException(problem);
    }
    Optional<Channel> result = made;
    if (result == null) {
      try {
        result = make();
      } catch (HandleException e) {
        problem = e.getMessage();
        throw e;
      }
      made = result;
    }
    return result;
  }

  private static Optional<Channel> make() {
    String number = System.getenv(DESCRIPTOR);
    if (number == null || number.isEmpty()) {
      return Optional.empty();
    }
    String mode = System.getenv(MODE);
    Environ.remove(DESCRIPTOR);
    Environ.remove(MODE);
    Environ.remove(WORKER);
    return Optional.of(
        Channel.adopt(
            descriptor(number),
            ChannelOptions.of(Codec.named(mode == null ? "json" : mode)),
            "brood-parent"));
  }

  private static int descriptor(String number) {
    int descriptor;
    try {
      descriptor = Integer.parseInt(number);
    } catch (NumberFormatException e) {
      throw new HandleException(DESCRIPTOR + " is \"" + number + "\", not a descriptor");
    }
    if (!FileStatus.isSocket(FileStatus.type(descriptor))) {
      throw new HandleException(
          DESCRIPTOR
              + " is "
              + number
              + ", which is no open socket: another program has closed it");
    }
    Descriptors.setCloseOnExec(descriptor);
    return descriptor;
  }
}
