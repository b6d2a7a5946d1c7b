package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

  private static final int BATCH = 512;

  private final int fd;
  private final int wakeFd;
  private final MemorySegment errno = Arena.global().allocate(JAVA_INT);
  private final MemorySegment events = Arena.global().allocate((long) BATCH * EVENT_SIZE, 8);

  /** Makes the instance; it lives as long as the JVM. */
  public Epoll() {
    fd = made("epoll_create1", Syscall.EPOLL_CREATE1.quick(CLOSE_ON_EXEC, 0, 0));
    wakeFd = made("eventfd", Syscall.EVENTFD2.quick(0, CLOSE_ON_EXEC | NON_BLOCKING, 0));
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
    long count = Syscall.EPOLL_PWAIT.blocking(errno, fd, events.address(), BATCH, timeoutMillis, 0);
    if (count >= 0) {
      return (int) count;
    }
    if (Errno.EINTR.is(count)) {
      return 0;
    }
    throw new ErrnoException("epoll_pwait", (int) -count);
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
    MemorySegment event = MemorySegment.ofArray(new byte[16]);
    event.set(JAVA_INT_UNALIGNED, 0, interest);
    event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, token);
    return (int) Syscall.EPOLL_CTL.quickFourth(fd, operation, target, event);
  }

  private static int made(String call, long result) {
    if (result < 0) {
      throw new ErrnoException(call, (int) -result);
    }
    return (int) result;
  }
}
