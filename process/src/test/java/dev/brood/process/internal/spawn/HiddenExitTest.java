package dev.brood.process.internal.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.linux.ProcStat;
import dev.brood.testkit.Census;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A debugger's hold on a child that has ended: its pidfd says so already, and waitid(2) not before
 * the debugger has seen it. So it is under {@code strace -f} with every child.
 */
@ExtendWith(Census.Extension.class)
@SuppressWarnings("try") // closing early is what is tested
class HiddenExitTest {
  /** Has its own child trace it (PTRACE_SEIZE) until standard input ends, and exits. */
  private static final String TRACED =
      """
      import ctypes, os
      told, tell = os.pipe()
      if os.fork() == 0:
          libc = ctypes.CDLL(None)
          seized = libc.ptrace(0x4206, os.getppid(), None, None) == 0
          os.write(1, b"y" if seized else b"n")
          os.close(tell)
          os.close(told)
          os.read(0, 1)
          os._exit(0)
      os.close(tell)
      os.read(told, 1)
      os._exit(3)
      """;

  @Test
  void awaitDirectly_tracerHidesTheExit_doesNotCallItEnded() throws Exception {
    Started started = start();
    OsProcess process = started.process();
    try (WriteEnd in = started.writes().get(0);
        ReadEnd out = started.reads().get(1)) {
      boolean traced = isTraced(out);

      boolean ended = process.awaitDirectly(TimeUnit.SECONDS.toNanos(60));

      assertThat(process.ending().isDone()).as("known to have ended").isEqualTo(ended);
      assertThat(ended).isNotEqualTo(traced);
      if (!ended) {
        process.watch();
      }
      in.close();
      assertThat(process.ending().get(60, TimeUnit.SECONDS).status()).isEqualTo(3);
      assumeTrue(traced, "this machine forbids tracing");
    } finally {
      process.stopTree(List.of());
    }
  }

  @Test
  void watch_tracerHidesTheExit_tellsItLater() throws Exception {
    Started started = start();
    OsProcess process = started.process();
    try (WriteEnd in = started.writes().get(0);
        ReadEnd out = started.reads().get(1)) {
      boolean traced = isTraced(out);
      process.watch();
      if (traced) {
        awaitZombie(process.pid());
        CountDownLatch seen = new CountDownLatch(1);
        Reactor.shared().after(1_000_000, seen::countDown); // it has been told of the exit
        assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.ending()).isNotDone();
      }
      in.close();
      assertThat(process.ending().get(60, TimeUnit.SECONDS).status()).isEqualTo(3);
      assumeTrue(traced, "this machine forbids tracing");
    } finally {
      process.stopTree(List.of());
    }
  }

  private static Started start() throws SpawnFailure {
    TreeMap<Integer, Wire> wires = new TreeMap<>();
    wires.put(0, new Wire.PipeToChild());
    wires.put(1, new Wire.PipeFromChild());
    wires.put(2, new Wire.Inherit(2));
    return LinuxBackend.shared()
        .start(
            new SpawnPlan(
                "python3",
                List.of("python3", "-c", TRACED),
                null,
                System.getenv("PATH"),
                null,
                wires,
                SpawnPlan.Leads.GROUP,
                false,
                false,
                List.of(),
                0));
  }

  private static boolean isTraced(ReadEnd out) throws Exception {
    byte[] answer = new byte[1];
    assertThat(out.read(answer, 0, 1, System.nanoTime() + TimeUnit.SECONDS.toNanos(60)))
        .isEqualTo(1);
    return answer[0] == 'y';
  }

  private static void awaitZombie(long pid) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    ProcStat found = ProcStat.read(pid);
    while (found != null && !found.dead() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
      found = ProcStat.read(pid);
    }
    assertThat(found).as("a zombie").isNotNull();
    assertThat(found.dead()).isTrue();
  }
}
