package dev.brood.workers.fork;

import dev.brood.process.internal.linux.Descriptors;

/**
 * A descriptor of this process with the name that a child knows it by, for {@link
 * SocketActivation}.
 *
 * @param name ASCII without control characters and colons, 1 to 255 long
 * @param descriptor its number here
 */
public record NamedDescriptor(String name, int descriptor) implements AutoCloseable {
  /** Checks the name. */
  public NamedDescriptor {
    if (!NotifyDatagram.isName(name)) {
      throw new IllegalArgumentException(
          "the name of a descriptor is ASCII without control characters and \":\", 1 to 255"
              + " long, not \""
              + name
              + "\"");
    }
    if (descriptor < 0) {
      throw new IllegalArgumentException("a descriptor is 0 or more, not " + descriptor);
    }
  }

  /** Closes the descriptor: for its owner, once. A number may be in use again afterwards. */
  @Override
  public void close() {
    Descriptors.close(descriptor); // gone whatever it returns
  }
}
