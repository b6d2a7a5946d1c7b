package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CensusTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Tolerance TOLERANCE = Tolerance.standard();

  @Test
  void leaksSince_nothingHappened_isEmpty() {
    Census before = Census.take();

    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  @Test
  void leaksSince_descriptorLeftOpen_namesItsTarget() throws IOException {
    Census before = Census.take();
    try (FileInputStream open = new FileInputStream("/proc/self/maps")) {
      assertThat(Census.take().leaksSince(before, TOLERANCE))
          .singleElement()
          .asString()
          .matches("descriptor \\d+ -> /proc/\\d+/maps");
      assertThat(open.read()).isPositive();
    }
    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  @Test
  void leaksSince_numberLeadsElsewhere_isReported(@TempDir Path directory) throws IOException {
    Path first = Files.createFile(directory.resolve("first"));
    Path second = Files.createFile(directory.resolve("second"));
    Census before;
    try (FileInputStream open = new FileInputStream(first.toFile())) {
      assertThat(open.available()).isZero();
      before = Census.take();
    }
    try (FileInputStream open = new FileInputStream(second.toFile())) {
      assertThat(open.available()).isZero();
      assertThat(Census.take().leaksSince(before, TOLERANCE))
          .singleElement()
          .asString()
          .endsWith(" -> " + second);
    }
  }

  @Test
  void leaksSince_livingChild_namesItsCommandLine() throws Exception {
    Census before = Census.take();
    try (Running child = Running.start(HelperPrograms.sleep(Duration.ofSeconds(61)))) {
      String leak = "child " + child.pid() + " sleep 61.000000000";
      List<String> leaks = Census.take().leaksSince(before, TOLERANCE);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!leaks.contains(leak) && System.nanoTime() - end < 0) {
        // Until its program is in place it has another name, or no words.
        LockSupport.parkNanos(1_000_000);
        leaks = Census.take().leaksSince(before, TOLERANCE);
      }
      assertThat(leaks).contains(leak);
    }
    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  @Test
  void leaksSince_unreapedChild_isReportedAsZombie() throws Throwable {
    Census before = Census.take();
    try (UnreapedChild child = UnreapedChild.spawn("/bin/true")) {
      child.awaitEnd();

      assertThat(Census.take().leaksSince(before, TOLERANCE))
          .containsExactly("zombie " + child.pid() + " (true)");
    }
    assertThat(Census.take().leaksSince(before, TOLERANCE)).isEmpty();
  }

  @Test
  void leaksSince_childTurnsZombie_isReported() throws Throwable {
    try (UnreapedChild child = UnreapedChild.spawn("/bin/sleep", "61")) {
      Census before = Census.take();
      child.kill();
      child.awaitEnd();

      assertThat(Census.take().leaksSince(before, TOLERANCE))
          .containsExactly("zombie " + child.pid() + " (sleep)");
    }
  }

  @Test
  void leaksSince_platformThread_namesItAndItsPlace() throws Exception {
    assertThreadReported(Thread.ofPlatform().name("left-over"), "thread #%d \"left-over\" at ");
  }

  @Test
  void leaksSince_virtualThread_isReported() throws Exception {
    assertThreadReported(Thread.ofVirtual(), "virtual thread #%d \"\" at ");
  }

  private static void assertThreadReported(Thread.Builder builder, String form) throws Exception {
    Census before = Census.take();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        builder.start(() -> {
          started.countDown();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    started.await();
    try {
      assertThat(Census.take().leaksSince(before, TOLERANCE))
          .singleElement()
          .asString()
          .startsWith(form.formatted(thread.threadId()))
          .contains(CensusTest.class.getSimpleName());
    } finally {
      end.countDown();
      thread.join();
    }
    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  @Test
  void leaksSince_engineThread_isTolerated() throws Exception {
    Census before = Census.take();
    CountDownLatch end = new CountDownLatch(1);
    Thread reactor =
        Thread.ofPlatform()
            .name("brood-reactor")
            .start(() -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      assertThat(Census.take().threads()).containsKey(reactor.threadId());
      assertThat(Census.take().leaksSince(before, TOLERANCE)).isEmpty();
    } finally {
      end.countDown();
      reactor.join();
    }
  }

  @Test
  void leaksSince_fileLeft_isReported(@TempDir Path directory) throws IOException {
    Files.createFile(directory.resolve("old"));
    Census before = Census.take(directory);
    Path left = Files.createFile(Files.createDirectory(directory.resolve("deep")).resolve("new"));

    assertThat(Census.take(directory).leaksSince(before, TOLERANCE))
        .containsExactly("file " + left.getParent(), "file " + left);
  }

  @Test
  void awaitNoLeaks_leakEndsMeanwhile_isEmpty() {
    Census before = Census.take();
    CountDownLatch end = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    List<String> early = Census.take().leaksSince(before, TOLERANCE);
    end.countDown();

    assertThat(early).hasSize(1);
    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  @Test
  void leaksSince_threadOfAnExecutor_isReported() throws Exception {
    Census before = Census.take();
    CountDownLatch end = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> task =
          executor.submit(() -> {
            end.await();
            return null;
          });
      assertThat(Census.take().leaksSince(before, TOLERANCE)).hasSize(1);
      end.countDown();
      assertThat(task.get()).isNull();
    }
    assertThat(Census.awaitNoLeaks(before, null, TOLERANCE, LIMIT)).isEmpty();
  }

  /** With the thread dump of JDK 25.0.3 this ended the JVM with SIGSEGV (JDK-8364343). */
  @Test
  void take_whileVirtualThreadsParkAndUnpark_endsNothing() throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    List<Thread> restless = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      restless.add(
          Thread.ofVirtual()
              .start(() -> {
                while (!end.get()) {
                  LockSupport.parkNanos(1);
                }
              }));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(Census.take().threads()).containsKey(restless.getFirst().threadId());
    }
    end.set(true);
    for (Thread thread : restless) {
      thread.join();
    }
  }
}
