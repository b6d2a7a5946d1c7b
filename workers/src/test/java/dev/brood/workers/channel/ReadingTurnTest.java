package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.internal.io.Reactor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The thread of the channel's own gets its turn whatever receivers did before. */
class ReadingTurnTest {
  private final ReadingTurn turn = new ReadingTurn();
  private final CountDownLatch free = new CountDownLatch(1);
  private final Thread reader =
      Thread.ofPlatform()
          .daemon()
          .unstarted(() -> {
            turn.awaitFree();
            free.countDown();
          });

  @BeforeEach
  void name() {
    turn.readBy(reader);
  }

  @AfterEach
  void end() throws InterruptedException {
    reader.join(20_000);
  }

  /** Longer than a tick. */
  private static void aWhile() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    Reactor.shared().after(20_000_000, over::countDown);
    assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private void assertFree() throws InterruptedException {
    assertThat(free.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void awaitFree_receiverDoesNotComeBack_ends() throws Exception {
    assertThat(turn.tryTakeToReceive()).isTrue();
    reader.start();
    turn.giveBackForAWhile();
    assertFree();
  }

  @Test
  void awaitFree_ownThreadReadsDuringTheTick_ends() throws Exception {
    assertThat(turn.tryTakeToReceive()).isTrue();
    turn.giveBackForAWhile();
    assertThat(turn.tryTake()).isTrue(); // the channel's own thread was about to
    aWhile();
    turn.giveBack();
    reader.start();
    assertFree();
  }

  @Test
  void awaitFree_askedForWhileAReceiverHasTheTurn_ends() throws Exception {
    assertThat(turn.tryTakeToReceive()).isTrue();
    turn.giveBackForAWhile();
    assertThat(turn.tryTakeToReceive()).isTrue();
    turn.readAtOnce();
    reader.start();
    aWhile();
    turn.giveBackForAWhile();
    assertFree();
  }

  @Test
  void awaitFree_afterTheEndOfReceivers_endsWithTheLastOne() throws Exception {
    assertThat(turn.tryTakeToReceive()).isTrue();
    turn.endOfReceivers();
    reader.start();
    assertThat(turn.tryTakeToReceive()).isFalse();
    turn.giveBackForAWhile();
    assertFree();
    assertThat(turn.tryTakeToReceive()).isFalse();
  }
}
