package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.Watch;
import dev.brood.process.internal.linux.DescriptorPassing;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Epoll;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.FileStatus;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;
import java.io.File;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that starts children, once there are many descriptors from a table of its own.
 *
 * <p>A start copies the table of the thread that makes it, and the child then closes what it must
 * not have: about 90 ns for each descriptor, while the caller waits. This thread's table is a copy
 * that was made once (close_range(2) with CLOSE_RANGE_UNSHARE) and then emptied, so a start costs
 * the same however many descriptors the process has, and the child still cannot inherit any that it
 * should not. The descriptors that it shall have are sent over a Unix socket.
 *
 * <p>Regular files stay in the copy, since this thread may have to load a class from one: also at 0
 * to 2, where a JVM that was started with these closed has its own files. Else 0 to 2 are {@code
 * /dev/null} here. Nothing of a user's and no logging runs on this thread. It ends when it has been
 * idle for a while, and is made again when needed.
 */
final class SpawnThread {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SpawnThreads owner;
  private final String name;
  private final int sending;
  private final int receiving;
  private final Semaphore work = new Semaphore(0);
  private volatile @Nullable FutureTask<LinuxProcess> task;
  private volatile @Nullable SpawnCall call;
  private volatile @Nullable Thread caller;
  private boolean alive;
  private boolean apart;

  /** Not started yet; fails if no socket pair can be made. */
  SpawnThread(SpawnThreads owner, String name) throws SpawnFailure {
    this.owner = owner;
    this.name = name;
    int[] ends = new int[2];
    int result = Descriptors.socketPair(ends);
    if (result < 0) {
      throw new SpawnFailure(Kind.RESOURCES_EXHAUSTED, -result, "socket pair", null);
    }
    sending = ends[0];
    receiving = ends[1];
    Reactor.shared().add(new Answered(), Epoll.IN);
  }

  /** Whether it has a descriptor table of its own, so that it can only {@link #make} calls. */
  boolean isApart() {
    return apart;
  }

  /** Runs a whole start on this thread, which is not {@linkplain #isApart apart}. */
  LinuxProcess run(Callable<LinuxProcess> start) throws SpawnFailure {
    FutureTask<LinuxProcess> next = new FutureTask<>(start);
    task = next;
    begin();
    Throwable problem = Uninterruptible.await(next);
    if (problem == null) {
      return next.resultNow();
    }
    if (problem instanceof SpawnFailure failure) {
      throw failure;
    }
    throw new IllegalStateException("a start failed", problem);
  }

  /**
   * Makes a call on this thread, from its own table of descriptors, and waits for it.
   *
   * @param sources as numbered in the process
   */
  void make(SpawnCall spawn, int[] sources) {
    apart = true;
    int result = DescriptorPassing.send(sending, sources);
    if (result < 0) {
      spawn.fail(new SpawnFailure(Kind.RESOURCES_EXHAUSTED, -result, "descriptors", null));
      return;
    }
    caller = Thread.currentThread();
    call = spawn;
    begin();
    boolean interrupted = false;
    while (call != null) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin() {
    if (!alive) {
      alive = true;
      Thread.ofPlatform().name(name).daemon().start(this::run);
    }
    work.release();
  }

  /** Told by the owner, which has taken care that no call is under way or coming. */
  void retired() {
    alive = false;
    apart = false;
  }

  private void run() {
    boolean separate = false;
    while (true) {
      if (!acquiredInTime()) {
        if (owner.retire(this)) {
          return;
        }
        continue;
      }
      FutureTask<LinuxProcess> whole = task;
      SpawnCall next = call;
      if (whole != null) {
        task = null;
        whole.run();
      } else if (next != null) {
        if (!separate) {
          separateTable();
          separate = true;
        }
        Thread waiting = caller;
        serve(next);
        call = null;
        wake(waiting);
      }
    }
  }

  /**
   * Waking a virtual thread may start a carrier thread, and a thread that is started here would
   * share this table. So it is woken by the reactor, which is told over the socket.
   */
  private void wake(@Nullable Thread waiting) {
    if (waiting != null && waiting.isVirtual()) {
      Descriptors.write(receiving, new byte[1], 0, 1);
    } else {
      LockSupport.unpark(waiting);
    }
  }

  private boolean acquiredInTime() {
    try {
      return work.tryAcquire(IDLE_NANOS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false; // nobody has this thread to interrupt it; at worst it retires early
    }
  }

  private void serve(SpawnCall next) {
    int[] received = new int[next.descriptorCount()];
    int count = DescriptorPassing.receive(receiving, received);
    int[] lifted = received.clone();
    int lift = next.highestTarget() + 1;
    int problem = count == received.length ? 0 : Errno.EMFILE.number();
    for (int i = 0; i < count; i++) {
      if (received[i] < lift) {
        lifted[i] = Descriptors.duplicate(received[i], lift);
        problem = lifted[i] < 0 ? -lifted[i] : problem;
      }
    }
    if (problem == 0) {
      next.run(lifted);
    } else {
      next.fail(new SpawnFailure(Kind.RESOURCES_EXHAUSTED, problem, "descriptors", null));
    }
    for (int i = 0; i < count; i++) {
      Descriptors.close(received[i]);
      if (lifted[i] != received[i] && lifted[i] >= 0) {
        Descriptors.close(lifted[i]);
      }
    }
  }

  /**
   * Makes and empties the copy. Where that is forbidden, starts are right all the same, only
   * slower.
   */
  private void separateTable() {
    if (Descriptors.unshareTable() < 0) {
      return;
    }
    Descriptors.close(sending); // makes room for the listing where there is no other
    String[] open = new File("/proc/thread-self/fd").list();
    if (open == null) {
      return; // no /proc: the copy keeps what it has, and children still do not get it
    }
    for (String number : open) {
      int fd = Integer.parseInt(number);
      if (fd != receiving && !FileStatus.isRegular(FileStatus.type(fd))) {
        Descriptors.close(fd);
      }
    }
    for (int fd = 0; fd <= 2; fd++) {
      if (!Descriptors.isOpen(fd)) {
        Descriptors.open("/dev/null", Descriptors.O_RDWR, 0);
      }
    }
  }

  /** Our end of the socket, on which the thread says that it is through. */
  private final class Answered extends Watch {
    Answered() {
      super(sending);
    }

    @Override
    protected void ready(int events) {
      Descriptors.read(sending, new byte[1], 0, 1);
      LockSupport.unpark(caller);
    }

    @Override
    protected void broken(Throwable reason) {
      LockSupport.unpark(caller);
    }
  }
}
