package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.testkit.Census;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whoever closes a watcher on an interrupted thread loses no event by that. */
@Timeout(120)
@ExtendWith(Census.Extension.class)
class InterruptedCloseTest {
  private final CountDownLatch listening = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final List<WatchEvent> events = new CopyOnWriteArrayList<>();

  @Test
  void resources_closedByAnInterruptedThread_tellTheirEvents() throws Exception {
    RunningResources running =
        Resources.every(Duration.ofMillis(20)).onEvent(this::takeLate).start();
    try (Child child = Command.of("sleep", "60").spawn()) {
      WatchedChild first = running.watch("first", child);
      WatchedChild second = running.watch("second", child);
      first.close();
      second.close();

      closeInterrupted(running);
    }
    assertThat(events).filteredOn(ResourceEvent.Ended.class::isInstance).hasSize(2);
  }

  @Test
  void admission_closedByAnInterruptedThread_tellsItsEvents() throws Exception {
    try (RunningResources resources = Resources.every(Duration.ofSeconds(1)).start()) {
      MachineAdmission admission = AdmissionLimits.standard().open(resources, this::takeLate);
      for (int i = 0; i < 3; i++) {
        if (admission.mayStart("work") instanceof Admission.Admitted(var ticket)) {
          ticket.close();
        }
      }

      closeInterrupted(admission);
    }
    assertThat(events).filteredOn(AdmissionEvent.Granted.class::isInstance).hasSize(3);
  }

  @Test
  void checkpoints_closedByAnInterruptedThread_tellTheLastOne(@TempDir Path folder)
      throws Exception {
    Checkpoints checkpoints = Checkpoints.in(folder.resolve("work"));
    checkpoints.prepare();
    try (Child child = Command.of("sleep", "60").spawn()) {
      RunningCheckpoints running = checkpoints.watch("work", child, this::takeLate);
      new CheckpointFile(checkpoints.path()).save(new byte[] {1});
      Until.holds(() -> running.count() == 1);
      new CheckpointFile(checkpoints.path()).save(new byte[] {2});

      closeInterrupted(running);
    }
    assertThat(events).filteredOn(CheckpointEvent.Taken.class::isInstance).hasSize(2);
  }

  private void takeLate(WatchEvent event) {
    listening.countDown();
    try {
      assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      return; // let go of by the one who closes
    }
    events.add(event);
  }

  /** The listener goes on only when the closing thread waits for it. */
  private void closeInterrupted(AutoCloseable watcher) throws Exception {
    assertThat(listening.await(60, TimeUnit.SECONDS)).isTrue();
    Thread closing = Thread.currentThread();
    Thread release =
        Thread.ofPlatform()
            .start(() -> {
              Until.holds(() -> isWaiting(closing));
              go.countDown();
            });
    Thread.currentThread().interrupt();
    watcher.close();
    assertThat(Thread.interrupted()).as("stays set").isTrue();
    go.countDown(); // so that a failure is that of the assertion
    release.join();
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
    };
  }
}
