package dev.brood.workers.watch;

import dev.brood.process.observe.ControlGroup;
import dev.brood.process.observe.Pressure;
import dev.brood.process.observe.Pressure.Resource;
import dev.brood.process.observe.Pressure.Stall;
import dev.brood.process.observe.SystemLoad;
import dev.brood.workers.watch.Refusal.Reason;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at the machine, at most once in {@link AdmissionCore#LOOK}. Not thread-safe. */
final class SignalReader {
  /** What share of the CPUs was busy says nothing of now if it is that of a longer time. */
  static final Duration LONGEST_CPU_SPAN = Duration.ofSeconds(10);

  private static final double ALL = 100;

  private @Nullable MachineSignals last;
  private @Nullable SystemLoad lastLoad;
  private long lastLoadNanos;
  private long lastNanos;

  /** What is known at that time. */
  MachineSignals look(long nowNanos) {
    MachineSignals known = last;
    if (known == null || nowNanos - lastNanos >= AdmissionCore.LOOK.toNanos()) {
      known = read(known, nowNanos);
      last = known;
      lastNanos = nowNanos;
    }
    return known;
  }

  private MachineSignals read(@Nullable MachineSignals before, long nowNanos) {
    try {
      return read(nowNanos);
    } catch (UncheckedIOException e) {
      // No descriptor is left to look with, so that none is left for a child either.
      return new MachineSignals(
          before == null ? 0 : before.memoryTotalBytes(),
          before == null ? 0 : before.memoryAvailableBytes(),
          Map.of(Reason.DESCRIPTORS, ALL));
    }
  }

  private MachineSignals read(long nowNanos) {
    SystemLoad load = SystemLoad.read();
    ControlGroup group = ControlGroup.own();
    Map<Reason, Double> percent = new EnumMap<>(Reason.class);
    Pressure.of(Resource.MEMORY)
        .ifPresent(found -> percent.put(Reason.MEMORY_PRESSURE, found.some().average10()));
    Pressure.of(Resource.CPU)
        .ifPresent(found -> percent.put(Reason.CPU_PRESSURE, found.some().average10()));
    Pressure.of(Resource.IO)
        .flatMap(Pressure::full)
        .map(Stall::average10)
        .ifPresent(found -> percent.put(Reason.IO_PRESSURE, found));
    SystemLoad before = lastLoad;
    if (before != null && nowNanos - lastLoadNanos <= LONGEST_CPU_SPAN.toNanos()) {
      percent.put(Reason.CPU, load.busyPercentSince(before));
    }
    lastLoad = load;
    lastLoadNanos = nowNanos;
    double used = ALL * load.tasks() / load.taskLimit();
    if (group.processLimit().isPresent()) {
      double limit = Math.max(1, group.processLimit().getAsLong());
      used = Math.max(used, ALL - ALL * group.processRoom().orElse(0) / limit);
    }
    percent.put(Reason.PROCESSES, used);
    percent.put(Reason.DESCRIPTORS, ALL * load.descriptors() / load.descriptorLimit());
    return new MachineSignals(
        Math.min(load.memoryTotalBytes(), group.memoryLimitBytes().orElse(Long.MAX_VALUE)),
        Math.min(load.memoryAvailableBytes(), group.memoryRoomBytes().orElse(Long.MAX_VALUE)),
        percent);
  }
}
