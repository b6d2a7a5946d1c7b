package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessState;
import dev.brood.process.observe.ProcessTable;
import dev.brood.process.observe.ProcessTable.Entry;
import dev.brood.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TreeMeterTest {
  private static final long SECOND = 1_000_000_000;
  private static final double PRECISION = 1e-9;

  private final TreeMeter meter = new TreeMeter(10, 4);
  private long now;

  private static Entry process(long pid, long parent, long ownMillis, long waitedMillis) {
    return new Entry(
        pid,
        pid * 7,
        parent,
        10,
        "p",
        ProcessState.RUNNING,
        Duration.ofMillis(ownMillis),
        Duration.ofMillis(waitedMillis),
        1000,
        5000,
        2);
  }

  private Sample sample(Entry... entries) {
    now += SECOND;
    return meter.sample(new ProcessTable(List.of(entries), now), Instant.EPOCH);
  }

  @Test
  void sample_first_hasSumsAndNoCpu() {
    Sample sample = sample(process(10, 1, 5000, 0), process(11, 10, 0, 0), process(12, 9, 0, 0));

    assertThat(sample.processes()).isEqualTo(3);
    assertThat(sample.threads()).isEqualTo(6);
    assertThat(sample.residentBytes()).isEqualTo(3000);
    assertThat(sample.cpuPercent()).isZero();
    assertThat(sample.span()).isZero();
    assertThat(sample.value(Figure.DESCRIPTORS)).isEmpty();
    assertThat(sample.value(Figure.PROCESSES)).hasValue(3);
  }

  @Test
  void sample_descendantEndedAndWaitedFor_countsItsTimeOnce() {
    sample(process(10, 1, 100, 0), process(11, 10, 300, 0));

    Sample sample = sample(process(10, 1, 150, 400));

    assertThat(sample.cpuPercent()).isEqualTo(15, within(PRECISION)); // 50 own and 100 of the ended
  }

  @Test
  void sample_descendantEndedAndNotWaitedFor_countsTheLiving() {
    sample(process(10, 1, 100, 0), process(11, 10, 9000, 0));

    assertThat(sample(process(10, 1, 350, 0)).cpuPercent()).isEqualTo(25, within(PRECISION));
  }

  @Test
  void sample_descendantEndsWhileTheTableIsRead_isNoSpike() {
    sample(process(10, 1, 100, 0), process(11, 10, 60_000, 0));
    Sample during = sample(process(10, 1, 150, 0)); // read before it waited for the other

    Sample after = sample(process(10, 1, 160, 60_020));

    assertThat(during.cpuPercent()).isEqualTo(5, within(PRECISION));
    assertThat(after.cpuPercent()).isEqualTo(3, within(PRECISION)); // 10 own and 20 of the ended
    assertThat(sample(process(10, 1, 170, 60_320)).cpuPercent()).isEqualTo(31, within(PRECISION));
  }

  @Test
  void sample_moreThanTheMachineHas_isWhatItHas() {
    sample(process(10, 1, 0, 0));

    assertThat(sample(process(10, 1, 0, 60_000)).cpuPercent()).isEqualTo(400, within(PRECISION));
  }

  @Test
  void sample_newDescendant_countsWithAllThatItHasUsed() {
    sample(process(10, 1, 100, 0));

    assertThat(sample(process(10, 1, 100, 0), process(11, 10, 500, 0)).cpuPercent())
        .isEqualTo(50, within(PRECISION));
  }

  @Test
  void sample_pidGivenToAStranger_isNotTheChild() {
    sample(process(10, 1, 100, 0));
    Entry stranger =
        new Entry(10, 1, 1, 10, "s", ProcessState.RUNNING, Duration.ZERO, Duration.ZERO, 1, 1, 1);

    assertThat(sample(stranger)).isNull();
    assertThat(sample(process(9, 1, 0, 0))).isNull();
  }

  @Test
  void sample_endingChildHasNoMemoryLeft_isNone() {
    sample(process(10, 1, 100, 0), process(11, 10, 0, 0));

    assertThat(sample(withoutMemory(1), process(11, 10, 0, 0))).isNull();
  }

  @Test
  void sample_firstThreadEndedBeforeTheOthers_hasTheMemoryAsLastSeen() {
    sample(process(10, 1, 100, 0), process(11, 10, 0, 0));

    Sample sample = sample(withoutMemory(2), process(11, 10, 0, 0));

    assertThat(sample.residentBytes()).isEqualTo(2000);
    assertThat(sample.threads()).isEqualTo(4);
  }

  /** A process as the kernel shows it whose first thread has ended. */
  private static Entry withoutMemory(int threads) {
    return new Entry(
        10,
        70,
        1,
        10,
        "p",
        ProcessState.ZOMBIE,
        Duration.ofMillis(100),
        Duration.ZERO,
        0,
        0,
        threads);
  }

  @Test
  void readDetails_twice_givesRatesAndSums() {
    Map<Long, ProcessInfo.Io> io = new HashMap<>();
    TreeMeter.Details source =
        new TreeMeter.Details() {
          @Override
          public boolean exists(long pid) {
            return true;
          }

          @Override
          public OptionalInt descriptors(long pid) {
            return pid == 11 ? OptionalInt.empty() : OptionalInt.of(3);
          }

          @Override
          public Optional<ProcessInfo.Io> io(long pid) {
            return Optional.ofNullable(io.get(pid));
          }

          @Override
          public OptionalLong proportionalBytes(long pid) {
            return pid == 11 ? OptionalLong.of(70) : OptionalLong.empty();
          }
        };
    Entry[] tree = {process(10, 1, 0, 0), process(11, 10, 0, 0)};
    sample(tree);
    io.put(10L, new ProcessInfo.Io(100, 1000, 0, 0));
    assertThat(meter.firstUnreadable(Figure.DESCRIPTORS)).isFalse();
    meter.readDetails(source, now);
    meter.readProportional(source);
    Sample first = sample(tree);
    assertThat(first.descriptors()).hasValue(3);
    assertThat(first.proportionalBytes()).hasValue(70);
    assertThat(first.readBytesPerSecond()).isEmpty();
    assertThat(meter.firstUnreadable(Figure.READ_BYTES_PER_SECOND)).isFalse();

    io.put(10L, new ProcessInfo.Io(200, 1000, 0, 0));
    io.put(11L, new ProcessInfo.Io(5, 6, 0, 0));
    meter.readDetails(source, now + SECOND);

    Sample second = sample(tree);
    assertThat(second.readBytesPerSecond().orElseThrow()).isEqualTo(52.5, within(PRECISION));
    assertThat(second.writtenBytesPerSecond().orElseThrow()).isEqualTo(3, within(PRECISION));
    io.clear();
    meter.readDetails(source, now);
    assertThat(sample(tree).readBytesPerSecond()).isEmpty();
    assertThat(meter.firstUnreadable(Figure.READ_BYTES_PER_SECOND)).isTrue();
    assertThat(meter.firstUnreadable(Figure.READ_BYTES_PER_SECOND)).isFalse();
  }

  @Test
  void readDetails_memberEndsMeanwhile_isReadAgainWithoutIt() {
    Reaping source = new Reaping();
    sample(process(10, 1, 0, 0), process(11, 10, 0, 0));
    source.io.put(10L, bytesRead(100));
    source.io.put(11L, bytesRead(1000));
    meter.readDetails(source, now);

    source.reapsAtTheLookFor = 11; // after its parent was read
    meter.readDetails(source, now + SECOND);

    Sample sample = sample(process(10, 1, 0, 0));
    assertThat(sample.readBytesPerSecond().orElseThrow()).isEqualTo(0, within(PRECISION));
    source.io.put(10L, bytesRead(1105));
    meter.readDetails(source, now + SECOND);
    assertThat(sample(process(10, 1, 0, 0)).readBytesPerSecond().orElseThrow())
        .isEqualTo(5, within(PRECISION));
  }

  @Test
  void readDetails_someoneEndsEachTime_keepsWhatIsKnown() {
    Reaping source = new Reaping();
    Entry[] tree = new Entry[9];
    for (int i = 0; i < tree.length; i++) {
      tree[i] = process(10 + i, i == 0 ? 1 : 10, 0, 0);
      source.io.put(10L + i, bytesRead(100));
    }
    sample(tree);
    meter.readDetails(source, now);
    meter.readDetails(source, now + SECOND / 2);
    source.reapsAlways = true;
    meter.readDetails(source, now + SECOND);

    assertThat(sample(tree).readBytesPerSecond().orElseThrow()).isEqualTo(0, within(PRECISION));
    assertThat(meter.firstUnreadable(Figure.READ_BYTES_PER_SECOND)).isFalse();
  }

  private static ProcessInfo.Io bytesRead(long bytes) {
    return new ProcessInfo.Io(bytes, 0, 0, 0);
  }

  /** Processes of which some are waited for by their parent just before they are read. */
  private static final class Reaping implements TreeMeter.Details {
    final Map<Long, ProcessInfo.Io> io = new HashMap<>();
    long reapsAtTheLookFor;
    boolean reapsAlways;

    @Override
    public boolean exists(long pid) {
      return io.containsKey(pid);
    }

    @Override
    public OptionalInt descriptors(long pid) {
      return OptionalInt.empty();
    }

    @Override
    public Optional<ProcessInfo.Io> io(long pid) {
      if (pid == reapsAtTheLookFor || reapsAlways && pid == 9 + io.size() && pid > 10) {
        ProcessInfo.Io gone = io.remove(pid);
        if (gone != null) {
          io.merge(10L, gone, ProcessInfo.Io::plus);
        }
      }
      return Optional.ofNullable(io.get(pid));
    }

    @Override
    public OptionalLong proportionalBytes(long pid) {
      return OptionalLong.empty();
    }
  }

  @Test
  void cpu_anyHistoryOfATreeThatWaits_losesNothing() {
    Seeds.random(
        1000,
        gen -> {
          // The root with workers that end and are waited for; what all have used is known.
          List<long[]> workers = new ArrayList<>();
          long waited = 0;
          long rootOwn = 0;
          long used = 0;
          double measured = 0;
          long next = 11;
          TreeMeter random = new TreeMeter(10, Integer.MAX_VALUE);
          for (int second = 1; second <= 30; second++) {
            List<Entry> entries = new ArrayList<>();
            long step = gen.below(300);
            rootOwn += step;
            used += step;
            if (gen.flip()) {
              workers.add(new long[] {next++, 0});
            }
            for (long[] worker : List.copyOf(workers)) {
              step = gen.below(500);
              used += step;
              worker[1] += step;
              if (gen.below(4) == 0) {
                waited += worker[1];
                workers.remove(worker);
              } else {
                entries.add(process(worker[0], 10, worker[1], 0));
              }
            }
            entries.add(process(10, 1, rootOwn, waited));
            Sample sample =
                random.sample(new ProcessTable(entries, second * SECOND), Instant.EPOCH);
            measured += sample.cpuPercent() * 10;
            if (second == 1) {
              used = 0; // the first sample has nothing to compare with
            }
          }
          assertThat(measured).isEqualTo(used, within(1e-3));
        });
  }
}
