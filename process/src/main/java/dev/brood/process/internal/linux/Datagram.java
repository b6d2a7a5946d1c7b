package dev.brood.process.internal.linux;

/**
 * Room for one datagram, filled by {@link DatagramMessages#receive}; used again and again by one
 * thread at a time. Whoever receives owns the descriptors.
 */
public final class Datagram {
  private static final int[] NONE = {};

  final byte[] bytes;
  int[] descriptors = NONE;
  int pid;
  int user;
  int group;
  private int length;
  private boolean truncated;
  private boolean descriptorsLost;

  /** Room for so many bytes. */
  public Datagram(int limitBytes) {
    bytes = new byte[limitBytes];
  }

  void begin(int received, boolean cut, boolean lost) {
    length = received;
    truncated = cut;
    descriptorsLost = lost;
    descriptors = NONE;
    pid = 0;
    user = -1;
    group = -1;
  }

  /** The bytes; only the first {@link #length} are of this datagram. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes came. */
  public int length() {
    return length;
  }

  /** Whether more was sent than there is room for. */
  public boolean truncated() {
    return truncated;
  }

  /** Whether descriptors were lost, because this process has too many open already. */
  public boolean descriptorsLost() {
    return descriptorsLost;
  }

  /** The descriptors that came with it, close-on-exec. */
  public int[] descriptors() {
    return descriptors;
  }

  /** The sender's process; 0 if it is not visible from here. */
  public int pid() {
    return pid;
  }

  /** The sender's user; -1 if unknown. */
  public int user() {
    return user;
  }

  /** The sender's group; -1 if unknown. */
  public int group() {
    return group;
  }
}
