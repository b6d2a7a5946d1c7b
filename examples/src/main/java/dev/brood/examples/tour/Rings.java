package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.RingReader;
import dev.brood.workers.channel.RingWriter;
import dev.brood.workers.channel.SharedRing;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Passes many records to another process through shared memory. Needs python3. */
final class Rings {
  // snippet: python
  private static final String TOTALS =
      """
      import brood, brood_ring, struct

      with brood.connect() as channel:
          with brood_ring.open(channel.receive().handle) as ring:
              channel.send(sum(struct.unpack("=q", record)[0] for record in ring))
      """;

  // end

  private Rings() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("totals.py"), TOTALS);
    String sdk = SourceFolder.find("sdk/python").toString();
    System.out.println("Java:   " + totalOf(Fork.java(Totals.class)));
    System.out.println(
        "Python: " + totalOf(Fork.python("totals.py").command(c -> c.env("PYTHONPATH", sdk))));
  }

  // snippet: ring
  private static Object totalOf(Fork reader) throws InterruptedException {
    try (ForkedChild child = reader.spawn()) {
      try (SharedRing ring = SharedRing.toWrite(1 << 20)) { // a record may have half of that
        child.send("numbers", ring.handle());
        RingWriter numbers = ring.writer();
        for (long i = 1; i <= 100_000; i++) {
          long number = i;
          numbers.write(8, memory -> memory.set(ValueLayout.JAVA_LONG, 0, number)); // in place
        }
      } // says that there is no more
      return child.receive(Duration.ofSeconds(30)).orElseThrow().value();
    }
  }

  // end

  // snippet: reader
  static final class Totals {
    public static void main(String[] args) throws InterruptedException {
      Channel parent = Channel.parent().orElseThrow();
      try (SharedRing ring = SharedRing.open(parent.receive().handle().orElseThrow())) {
        RingReader numbers = ring.reader();
        long total = 0;
        try {
          while (true) {
            total += numbers.read(memory -> memory.get(ValueLayout.JAVA_LONG, 0)); // no copy
          }
        } catch (ChannelClosedException e) {
          parent.send(total); // the writer has closed the ring, and everything is read
        }
      }
    }
  }
  // end
}
