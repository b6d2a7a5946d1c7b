package dev.brood.process.internal.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Events of files and directories: inotify(7). Its descriptor is non-blocking and read like a pipe;
 * {@link #events} takes apart what was read.
 */
public final class Inotify {
  public static final int CLOSE_WRITE = 0x8;
  public static final int MOVED_TO = 0x80;
  public static final int CREATE = 0x100;
  public static final int DELETE = 0x200;
  public static final int DELETE_SELF = 0x400;
  public static final int MOVE_SELF = 0x800;

  /** An event that cannot be asked for: too many came, and some are lost. */
  public static final int OVERFLOW = 0x4000;

  /** An event that cannot be asked for: the watch is gone, as its directory is. */
  public static final int IGNORED = 0x8000;

  /** Refuse what is no directory. */
  public static final int ONLY_DIRECTORY = 0x01000000;

  /** Room for at least one event, however long its name: sizeof(event) + NAME_MAX + 1. */
  public static final int EVENT_BYTES = 16 + 256;

  private static final int FLAGS = Descriptors.O_NONBLOCK | Descriptors.O_CLOEXEC;
  private static final int HEADER = 16;

  /**
   * One event.
   *
   * @param watch the number of the watch; -1 for {@link #OVERFLOW}
   * @param name of the file in the watched directory; empty if it is about the directory itself
   */
  public record Event(int watch, int mask, String name) {
    /** Whether any of {@code bits} is set. */
    public boolean has(int bits) {
      return (mask & bits) != 0;
    }
  }

  private Inotify() {}

  /** Makes an instance; its descriptor. {@code -EMFILE} if the user has too many (often 128). */
  public static int open() {
    return (int) Syscall.INOTIFY_INIT1.quick(FLAGS, 0, 0);
  }

  /** Watches a path; the number of the watch. {@code -ENOSPC} if the user has too many. */
  public static int watch(int fd, String path, int mask) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      return (int) Syscall.INOTIFY_ADD_WATCH.blocking(fd, name.address(), mask, 0, 0);
    }
  }

  /** Ends a watch. */
  public static int unwatch(int fd, int watch) {
    return (int) Syscall.INOTIFY_RM_WATCH.quick(fd, watch, 0);
  }

  /** The events in the first {@code count} bytes of what was read; they are always whole. */
  public static List<Event> events(byte[] buffer, int count) {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count).order(ByteOrder.nativeOrder());
    List<Event> events = new ArrayList<>();
    while (bytes.remaining() >= HEADER) {
      int watch = bytes.getInt();
      int mask = bytes.getInt();
      bytes.getInt(); // the cookie that joins the two halves of a rename
      int room = bytes.getInt();
      int start = bytes.position();
      int end = start;
      while (end < start + room && buffer[end] != 0) {
        end++;
      }
      events.add(
          new Event(watch, mask, new String(buffer, start, end - start, StandardCharsets.UTF_8)));
      bytes.position(start + room);
    }
    return events;
  }
}
