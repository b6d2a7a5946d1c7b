package dev.brood.workers.watch;

import dev.brood.workers.watch.AdmissionLimits.Gate;
import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether one more child may start. Told the time and what the machine says, it reads no
 * clock and no file. Not thread-safe.
 */
final class AdmissionCore {
  /** How long one look at the machine serves. */
  static final Duration LOOK = Duration.ofMillis(100);

  private static final long MIB = 1 << 20;

  private final AdmissionLimits limits;
  private final long rampNanos;
  private final long settlingNanos;
  private final LearnedNeeds needs;
  private final Map<Long, Place> places = new HashMap<>();
  private final Set<Reason> closed = EnumSet.noneOf(Reason.class);

  /** What each signal said last: one that says nothing now leaves its gate as it is. */
  private final Map<Reason, Double> lastPercent = new EnumMap<>(Reason.class);

  private long lastPlace;
  private long lastGrantNanos;

  /** One that holds a ticket. */
  private static final class Place {
    final String kind;
    final long grantedNanos;
    final long expectedBytes;
    long residentBytes;

    Place(String kind, long grantedNanos, long expectedBytes) {
      this.kind = kind;
      this.grantedNanos = grantedNanos;
      this.expectedBytes = expectedBytes;
    }
  }

  /** The answer. */
  sealed interface Answer {
    /** It may start, and holds this place until {@link #ended}. */
    record Grant(long place) implements Answer {}

    /** It may not. */
    record Refuse(List<Refusal> reasons, Duration askAgainAfter) implements Answer {}
  }

  AdmissionCore(AdmissionLimits limits) {
    this.limits = limits;
    this.rampNanos = TimeUnit.NANOSECONDS.convert(limits.ramp());
    this.settlingNanos = TimeUnit.NANOSECONDS.convert(limits.settling());
    this.needs = new LearnedNeeds(limits.firstNeedBytes());
  }

  int running() {
    return places.size();
  }

  /** Asks for one more child of a kind. */
  Answer ask(long nowNanos, String kind, MachineSignals signals) {
    turnGates(signals);
    if (!places.isEmpty()) {
      List<Refusal> reasons = reasons(nowNanos, kind, signals);
      if (!reasons.isEmpty()) {
        return new Answer.Refuse(List.copyOf(reasons), askAgainAfter(nowNanos, reasons));
      }
    }
    lastGrantNanos = nowNanos;
    places.put(++lastPlace, new Place(kind, nowNanos, expected(kind)));
    return new Answer.Grant(lastPlace);
  }

  /** Says what the child in a place has now; nothing if it has ended. */
  void measured(long place, long residentBytes) {
    Place known = places.get(place);
    if (known != null) {
      known.residentBytes = residentBytes;
    }
  }

  /**
   * Frees a place; nothing if that is done.
   *
   * @param peakBytes the most that the child ever had, 0 if it was never measured
   */
  void ended(long place, long peakBytes) {
    Place known = places.remove(place);
    if (known != null && peakBytes > 0) {
      needs.learn(known.kind, peakBytes);
    }
  }

  /** What the next one of a kind is expected to need. */
  long expected(String kind) {
    long most = needs.expected(kind);
    for (Place place : places.values()) {
      if (place.kind.equals(kind)) {
        most = Math.max(most, place.residentBytes);
      }
    }
    return most;
  }

  /** What those that are still starting have not taken yet. */
  long promisedBytes(long nowNanos) {
    long sum = 0;
    for (Place place : places.values()) {
      boolean settled = nowNanos - place.grantedNanos >= settlingNanos;
      sum += settled ? 0 : Math.max(0, place.expectedBytes - place.residentBytes);
    }
    return sum;
  }

  private void turnGates(MachineSignals signals) {
    lastPercent.putAll(signals.percent());
    signals
        .percent()
        .forEach((reason, percent) -> {
          Gate gate = limits.gates().get(reason);
          if (gate != null && percent >= gate.close()) {
            closed.add(reason);
          } else if (gate != null && percent < gate.open()) {
            closed.remove(reason);
          }
        });
  }

  private List<Refusal> reasons(long nowNanos, String kind, MachineSignals signals) {
    List<Refusal> reasons = new ArrayList<>();
    int running = places.size();
    boolean soft = running >= limits.softLimit();
    if (running >= limits.hardLimit()) {
      reasons.add(new Refusal(Reason.LIMIT, running + " run, which is the hard limit"));
    }
    if (soft && rampLeft(nowNanos) > 0) {
      reasons.add(
          new Refusal(
              Reason.RAMP,
              "another one was started within "
                  + TimeUnit.NANOSECONDS.toMillis(rampNanos)
                  + " ms"));
    }
    addMemory(reasons, nowNanos, kind, signals);
    for (Reason gate : closed) {
      if (soft || !gate.isSoft()) {
        reasons.add(new Refusal(gate, gateText(gate)));
      }
    }
    return reasons;
  }

  private void addMemory(
      List<Refusal> reasons, long nowNanos, String kind, MachineSignals signals) {
    long reserve = (long) (limits.reserve() * signals.memoryTotalBytes());
    long promised = promisedBytes(nowNanos);
    long needed = expected(kind);
    if (signals.memoryAvailableBytes() - reserve - promised < needed) {
      reasons.add(
          new Refusal(
              Reason.MEMORY,
              ("%d MiB of memory are free, %d MiB of that reserved and %d MiB promised; one of"
                      + " \"%s\" needs %d MiB")
                  .formatted(
                      signals.memoryAvailableBytes() / MIB,
                      reserve / MIB,
                      promised / MIB,
                      kind,
                      needed / MIB)));
    }
  }

  private String gateText(Reason gate) {
    return String.format(
        Locale.ROOT,
        "%.1f %% %s; starts go on below %.1f %%",
        lastPercent.getOrDefault(gate, 0.0),
        gate.of(),
        limits.gates().getOrDefault(gate, new Gate(100, 100)).open());
  }

  private long rampLeft(long nowNanos) {
    return rampNanos - (nowNanos - lastGrantNanos);
  }

  /** Before that, neither the clock nor another look at the machine can change the answer. */
  private Duration askAgainAfter(long nowNanos, List<Refusal> reasons) {
    boolean rampOnly = reasons.stream().allMatch(refusal -> refusal.reason() == Reason.RAMP);
    long ramp = Math.max(0, rampLeft(nowNanos));
    return Duration.ofNanos(rampOnly ? ramp : LOOK.toNanos());
  }
}
