package dev.brood.workers.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.ChildOutput;
import dev.brood.process.Exit;
import dev.brood.workers.channel.Channel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PolledWaitTest {
  private static final Duration LIMIT = Duration.ofMillis(100);

  /** A child that runs on, whatever is seen of it. */
  private static final ProbedChild CHILD =
      new ProbedChild() {
        @Override
        public long pid() {
          return 99;
        }

        @Override
        public Optional<Channel> channel() {
          return Optional.empty();
        }

        @Override
        public CompletableFuture<Exit> onExit() {
          return new CompletableFuture<>();
        }

        @Override
        public ChildOutput output(int number) {
          throw new AssertionError("nobody looks there");
        }
      };

  private static ReadinessResult await(Look look) throws InterruptedException {
    PolledWait wait = new PolledWait(look, Duration.ofMillis(1));
    return wait.await(CHILD, new StartLimit(LIMIT, CHILD));
  }

  private static void outlastTheLimit() {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void await_lastLookIsCutShortByTheLimit_saysWhatWasSeenBefore() throws Exception {
    ReadinessResult result =
        await(
            new Look() {
              private boolean answered;

              @Override
              public ProbeResult look(Duration limit) {
                if (!answered) {
                  answered = true;
                  return new ProbeResult.Failed("it answered with status 503");
                }
                outlastTheLimit();
                return new ProbeResult.Failed("no answer within that");
              }
            });
    assertThat(result)
        .isEqualTo(
            new ReadinessResult.NotReady(
                "it was not ready within 100 ms: it answered with status 503"));
  }

  @Test
  void await_onlyLookIsCutShortByTheLimit_saysSo() throws Exception {
    ReadinessResult result =
        await(limit -> {
          outlastTheLimit();
          return new ProbeResult.Failed("no answer within that");
        });
    assertThat(result)
        .isEqualTo(
            new ReadinessResult.NotReady("it was not ready within 100 ms: no answer within that"));
  }
}
