package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.MessageTooLargeException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Messages that are too large, and bytes that are no message. */
final class BadInput {
  // snippet: child
  private static final String CHILD =
      """
      read -r go <&3
      echo 'Starting up...' >&3
      printf '"%0200000d"\\n' 0 >&3
      echo '"sense"' >&3
      """;

  // end

  private BadInput() {}

  public static void main(String[] args) throws Exception {
    BlockingQueue<String> skipped = new LinkedBlockingQueue<>();
    // snippet: malformed
    ChannelOptions options = ChannelOptions.of(Codec.JSON).messageLimitBytes(100_000);
    Fork fork = Fork.of(Command.of("sh", "-c", CHILD)).options(options);
    try (ForkedChild child = fork.spawn()) {
      child.channel().onMalformed(reason -> skipped.add(reason.getMessage()));
      try {
        child.send("x".repeat(200_000));
      } catch (MessageTooLargeException e) {
        System.out.println("not sent: " + e.getMessage()); // the channel goes on
      }
      child.send("go");
      System.out.println(child.receive(Duration.ofSeconds(30)).orElseThrow().value());
    }
    // end
    System.out.println("skipped: " + skipped.take());
    System.out.println("skipped: " + skipped.take());
  }
}
