package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientInboxTest {
  /** Keeps whoever wants to take in front of the queue until it is let in. */
  private static final class GatedQueue extends LinkedBlockingQueue<Optional<Message>> {
    private static final long serialVersionUID = 1;

    final transient CountDownLatch arrived = new CountDownLatch(1);
    final transient CountDownLatch open = new CountDownLatch(1);
    final transient CompletableFuture<Optional<Message>> taken = new CompletableFuture<>();

    @Override
    public Optional<Message> take() throws InterruptedException {
      arrived.countDown();
      open.await();
      Optional<Message> next = super.take();
      taken.complete(next);
      return next;
    }
  }

  @Test
  void end_messageComesBehindItBeforeTheThreadLooks_endsTheThread() throws Exception {
    try (FakeChild child = FakeChild.apart(ChannelOptions.of(Codec.JSON))) {
      Channel channel = child.parents();
      child.tell("brood", "message");
      Message message = channel.receive(Duration.ofSeconds(30)).orElseThrow();
      GatedQueue queue = new GatedQueue();
      ClientInbox inbox = new ClientInbox(queue);
      inbox.start();
      inbox.caughtUp();
      assertThat(queue.arrived.await(30, TimeUnit.SECONDS)).isTrue();
      inbox.end();
      inbox.add(message, () -> false); // was on its way when the client was closed
      queue.open.countDown();
      assertThat(queue.taken.get(30, TimeUnit.SECONDS)).isEmpty();
    }
  }
}
