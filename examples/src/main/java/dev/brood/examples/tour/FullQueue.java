package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.channel.ChannelFullException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.WhenFull;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;

/** What a sender sees when its child reads slowly, or not at all. */
final class FullQueue {
  private static final ChannelOptions SMALL =
      ChannelOptions.of(Codec.JSON).queueLimitBytes(500_000);

  private static final String FIFTY_KILOBYTES = "x".repeat(50_000);

  private FullQueue() {}

  public static void main(String[] args) throws Exception {
    refuse();
    block();
    slowReader();
  }

  private static void refuse() {
    // snippet: refuse
    ChannelOptions options =
        ChannelOptions.of(Codec.JSON).queueLimitBytes(500_000).whenFull(WhenFull.REFUSE);
    Fork deaf = Fork.of(Command.of("sleep", "60")).options(options).toldGrace(Duration.ZERO);
    try (ForkedChild child = deaf.spawn()) {
      int sent = 0;
      boolean quick = true;
      try {
        while (true) {
          quick &= child.send("x".repeat(50_000)); // false: it queues; time to send less
          sent++;
        }
      } catch (ChannelFullException e) {
        System.out.println(sent + " sent, then: " + e.getMessage() + "; quick: " + quick);
      }
    }
    // end
  }

  private static void block() {
    Fork deaf = Fork.of(Command.of("sleep", "60")).options(SMALL).toldGrace(Duration.ZERO);
    // snippet: block
    try (ForkedChild child = deaf.spawn()) {
      while (true) {
        child.channel().send(FIFTY_KILOBYTES, Duration.ofMillis(200)); // waits for room, so long
      }
    } catch (ChannelFullException e) {
      System.out.println(e.getMessage());
    }
    // end
  }

  private static void slowReader() throws InterruptedException {
    String count =
        "read -r go <&3; i=0; while [ $i -lt 100 ]; do read -r m <&3; i=$((i + 1)); "
            + "done; echo $i >&3";
    // snippet: slow
    try (ForkedChild child = Fork.of(Command.of("bash", "-c", count)).options(SMALL).spawn()) {
      child.send("go");
      long most = 0;
      for (int i = 0; i < 100; i++) {
        child.send(FIFTY_KILOBYTES); // waits while the queue is full, for ever if it must
        most = Math.max(most, child.channel().queuedBytes());
      }
      System.out.println("within the limit: " + (most <= 500_000));
      System.out.println("the child has read " + child.receive().value());
    }
    // end
  }
}
