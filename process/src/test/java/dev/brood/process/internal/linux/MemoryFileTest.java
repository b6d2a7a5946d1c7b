package dev.brood.process.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class MemoryFileTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void map_sameFileTwice_isTheSameMemory() throws IOException {
    int fd = MemoryFile.ofSize("brood-test", 8192);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = MemoryFile.map(fd, arena);
      MemorySegment other = MemoryFile.map(fd, arena);
      one.set(ValueLayout.JAVA_LONG, 8184, 42);
      assertThat(one.byteSize()).isEqualTo(8192);
      assertThat(other.get(ValueLayout.JAVA_LONG, 8184)).isEqualTo(42);
    } finally {
      assertThat(Descriptors.close(fd)).isZero();
    }
  }

  @Test
  void ofSize_newFile_cannotBeCutUnderItsUsers() {
    int fd = MemoryFile.ofSize("brood-test", 4096);
    int sealed = MemoryFile.SEAL_SHRINK | MemoryFile.SEAL_GROW | MemoryFile.SEAL_SEAL;
    assertThat(MemoryFile.seals(fd)).isEqualTo(sealed);
    assertThat(Errno.EPERM.is(Syscall.FTRUNCATE.quick(fd, 0, 0))).isTrue();
    assertThat(Errno.EPERM.is(MemoryFile.seal(fd, MemoryFile.SEAL_WRITE))).isTrue();
    assertThat(Descriptors.close(fd)).isZero();
  }

  @Test
  void ofSize_impossibleSize_leavesNothingOpen() {
    assertThat(Errno.EINVAL.is(MemoryFile.ofSize("brood-test", -1))).isTrue();
  }

  @Test
  void seals_fileOnDisk_isAnError() {
    int fd = Descriptors.open("/proc/self/status", Descriptors.O_RDONLY, 0);
    assertThat(MemoryFile.seals(fd)).isNegative();
    assertThat(Descriptors.close(fd)).isZero();
  }

  @Test
  void await_otherValue_returnsAtOnce() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      Futex futex = new Futex(word, arena);
      assertThat(Errno.EAGAIN.is(futex.await(2, 60 * SECOND))).isTrue();
      assertThat(Errno.ETIMEDOUT.is(futex.await(1, 1))).isTrue();
      assertThat(futex.wake(1)).isZero();
    }
  }

  @Test
  void wake_waitingThread_returnsFromAwait() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      Futex futex = new Futex(word, arena);
      AtomicInteger result = new AtomicInteger(-1);
      CountDownLatch started = new CountDownLatch(1);
      Thread waiter =
          Thread.ofPlatform()
              .start(() -> {
                started.countDown();
                result.set(futex.await(1, 60 * SECOND));
              });
      started.await();
      while (futex.wake(1) == 0) {
        Thread.onSpinWait();
      }
      waiter.join();
      assertThat(result).hasValue(0);
    }
  }
}
