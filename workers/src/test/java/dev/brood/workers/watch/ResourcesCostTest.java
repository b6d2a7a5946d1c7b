package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.testkit.Census;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What it costs to measure a thousand children each second. */
@Tag("slow")
@ExtendWith(Census.Extension.class)
class ResourcesCostTest {
  private static final int CHILDREN = 1000;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration MEASURED = Duration.ofSeconds(20);

  /** The bound is 5 per cent on a quiet machine; tests may run on one that is not. */
  private static final double MOST_PERCENT = 10;

  @Test
  void pass_thousandChildrenEachSecond_takesASmallShareOfOneCore() {
    List<Child> children = new ArrayList<>();
    try (RunningResources resources =
        Resources.every(Duration.ofSeconds(1)).proportionalEvery(Duration.ofSeconds(10)).start()) {
      for (int i = 0; i < CHILDREN; i++) {
        children.add(Command.of("sleep", "300").spawn());
        WatchedChild unused =
            resources.watch(
                children.getLast(),
                Threshold.of(Figure.RESIDENT_BYTES, 1L << 40),
                Threshold.of(Figure.DESCRIPTORS, 1000));
      }
      long thread = samplerThread();
      pass(WARM_UP);
      long before = cpuNanos(thread);
      long begin = System.nanoTime();
      pass(MEASURED);
      double percent = 100.0 * (cpuNanos(thread) - before) / (System.nanoTime() - begin);

      assertThat(percent).isLessThan(MOST_PERCENT);
      assertThat(resources.children())
          .hasSize(CHILDREN)
          .allMatch(child -> child.latest().isPresent())
          .allMatch(child -> child.peak(Figure.DESCRIPTORS).isPresent());
      System.getLogger("dev.brood.workers")
          .log(System.Logger.Level.INFO, "1,000 children each second: {0} % of one core", percent);
    } finally {
      children.parallelStream().forEach(Child::kill);
      children.forEach(Child::close);
    }
  }

  private static long samplerThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("brood-resources"))
        .findFirst()
        .orElseThrow()
        .threadId();
  }

  private static long cpuNanos(long thread) {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
