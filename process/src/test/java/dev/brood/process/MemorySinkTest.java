package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySinkTest {
  private static final int TOTAL = 10_000;

  private final AtomicInteger overflows = new AtomicInteger();

  private static byte[] data(Random random) {
    byte[] data = new byte[TOTAL];
    random.nextBytes(data);
    return data;
  }

  private static void feed(MemorySink sink, byte[] data, Random random) {
    for (int done = 0; done < data.length; ) {
      int count = Math.min(1 + random.nextInt(1500), data.length - done);
      byte[] piece = Arrays.copyOf(Arrays.copyOfRange(data, done, done + count), count + 3);
      sink.bytes(piece, count);
      done += count;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 1025, 9_999, 10_000, 10_001})
  void capture_anyLimit_keepsTheFirstBytesAndOverflowsOnce(int limit) {
    for (int seed = 0; seed < 20; seed++) {
      overflows.set(0);
      Random random = new Random(seed);
      byte[] data = data(random);
      MemorySink sink = MemorySink.capture(limit, overflows::incrementAndGet);

      feed(sink, data, random);

      assertThat(sink.kept())
          .as("seed %d", seed)
          .isEqualTo(Arrays.copyOf(data, Math.min(limit, TOTAL)));
      assertThat(sink.total()).isEqualTo(TOTAL);
      assertThat(overflows).hasValue(limit < TOTAL ? 1 : 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 999, 1024, 1500, 9_999, 10_000, 10_001})
  void tail_anyLimit_keepsTheLastBytesInOrder(int limit) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      byte[] data = data(random);
      MemorySink sink = MemorySink.tail(limit);

      feed(sink, data, random);

      int from = Math.max(0, TOTAL - limit);
      assertThat(sink.kept()).as("seed %d", seed).isEqualTo(Arrays.copyOfRange(data, from, TOTAL));
      assertThat(sink.total()).isEqualTo(TOTAL);
    }
  }

  @Test
  void done_beforeTheEnd_isOpen() {
    MemorySink sink = MemorySink.capture(10, overflows::incrementAndGet);
    sink.bytes(new byte[] {1}, 1);

    assertThat(sink.done()).isNotDone();
    sink.end();
    assertThat(sink.done()).isDone();
  }
}
