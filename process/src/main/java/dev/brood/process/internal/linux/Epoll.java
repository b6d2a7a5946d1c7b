package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * An epoll(7) instance with its wake-up eventfd(2).
 *
 * <p>{@link #add}, {@link #modify}, {@link #remove} and {@link #wake} may be called from any
 * thread; {@link #await} from one platform thread only, which it blocks.
 */
public final class Epoll {
  public static final int IN = 0x1;
  public static final int OUT = 0x4;
  public static final int ERROR = 0x8;
  public static final int HANG_UP = 0x10;
  public static final int ONE_SHOT = 1 << 30;

  /** The token that {@link #token} returns for a call of {@link #wake}. */
  public static final long WAKE = -1;

  private static final int CTL_ADD = 1;
  private static final int CTL_DEL = 2;
  private static final int CTL_MOD = 3;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int NON_BLOCKING = 0x800;

  // struct epoll_event is packed on x86-64 only (sys/epoll.h).
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final int DATA_OFFSET = PACKED ? 4 : 8;
  private static final int EVENT_SIZE = PACKED ? 12 : 16;

  private static final MethodHandle CREATE =
      Native.quick("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle CONTROL =
      Native.quick(
          "epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle WAIT =
      Native.slow(
          "epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle EVENTFD =
      Native.quick("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private static final int BATCH = 512;

  private final int fd;
  private final int wakeFd;
  private final MemorySegment errno = Arena.global().allocate(JAVA_INT);
  private final MemorySegment events = Arena.global().allocate((long) BATCH * EVENT_SIZE, 8);

  /** Makes the instance; it lives as long as the JVM. */
  public Epoll() {
    fd = made("epoll_create1", create());
    wakeFd = made("eventfd", eventDescriptor());
    int added = control(CTL_ADD, wakeFd, IN, WAKE);
    if (added < 0) {
      throw new ErrnoException("epoll_ctl", -added);
    }
  }

  /** Starts to watch {@code target}; its events carry {@code token}. */
  public int add(int target, int interest, long token) {
    return control(CTL_ADD, target, interest, token);
  }

  /** Changes or arms again what is watched. */
  public int modify(int target, int interest, long token) {
    return control(CTL_MOD, target, interest, token);
  }

  /** Stops to watch {@code target}; to be called before it is closed. */
  public int remove(int target) {
    return control(CTL_DEL, target, 0, 0);
  }

  /**
   * Waits until something is ready.
   *
   * @param timeoutMillis how long at most; -1 for ever
   * @return how many events lie in {@link #token} and {@link #ready}; 0 after the time or a signal
   */
  public int await(int timeoutMillis) {
    try {
      int count = (int) WAIT.invokeExact(errno, fd, events, BATCH, timeoutMillis);
      if (count >= 0) {
        return count;
      }
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
    int number = errno.get(JAVA_INT, 0);
    if (number == Errno.EINTR.number()) {
      return 0;
    }
    throw new ErrnoException("epoll_wait", number);
  }

  /** The token of event {@code index} of the last {@link #await}. */
  public long token(int index) {
    return events.get(JAVA_LONG_UNALIGNED, (long) index * EVENT_SIZE + DATA_OFFSET);
  }

  /** What is ready in event {@code index} of the last {@link #await}. */
  public int ready(int index) {
    return events.get(JAVA_INT_UNALIGNED, (long) index * EVENT_SIZE);
  }

  /** Makes a waiting {@link #await} return with an event of token {@link #WAKE}. */
  public void wake() {
    byte[] one = {1, 0, 0, 0, 0, 0, 0, 0};
    Descriptors.write(wakeFd, one, 0, 8);
  }

  /** Takes the wake-up back; called by the waiting thread when it has seen {@link #WAKE}. */
  public void awake() {
    Descriptors.read(wakeFd, new byte[8], 0, 8);
  }

  private int control(int operation, int target, int interest, long token) {
    int[] error = new int[1];
    byte[] event = new byte[16];
    MemorySegment bytes = MemorySegment.ofArray(event);
    bytes.set(JAVA_INT_UNALIGNED, 0, interest);
    bytes.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, token);
    try {
      int result = (int) CONTROL.invokeExact(Native.segment(error), fd, operation, target, bytes);
      return result < 0 ? -error[0] : 0;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int create() {
    int[] error = new int[1];
    try {
      int result = (int) CREATE.invokeExact(Native.segment(error), CLOSE_ON_EXEC);
      return result < 0 ? -error[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int eventDescriptor() {
    int[] error = new int[1];
    try {
      int result =
          (int) EVENTFD.invokeExact(Native.segment(error), 0, CLOSE_ON_EXEC | NON_BLOCKING);
      return result < 0 ? -error[0] : result;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static int made(String call, int result) {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
    return result;
  }
}
