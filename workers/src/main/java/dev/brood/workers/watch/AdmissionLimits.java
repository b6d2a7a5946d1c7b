package dev.brood.workers.watch;

import dev.brood.workers.watch.Refusal.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What decides whether one more child may start. Immutable; {@link #open} makes an {@link
 * Admission} of it.
 *
 * <p>While no child holds a ticket, one is always admitted. Otherwise all of these have to hold:
 *
 * <ul>
 *   <li>fewer than the hard limit hold a ticket;
 *   <li>the memory that is available, less the reserve, less what is promised to those that are
 *       still starting, is at least what this kind was seen to need;
 *   <li>memory pressure, process ids and descriptors are not short;
 *   <li>from the soft limit on also: the last start is as long ago as the ramp, and CPU pressure,
 *       storage pressure and the share of busy CPUs are not too high.
 * </ul>
 *
 * @param softLimit how many may run before CPU, storage and the ramp count
 * @param hardLimit how many may run at most
 * @param reserve the share of memory that is left alone, 0 to 1
 * @param firstNeedBytes what is expected of a kind of which none has been seen
 * @param ramp the time between two starts: what one does shows before the next
 * @param settling how long after its start a child is promised what it has not taken yet
 * @param gates when a signal is too high; one without a gate never is
 */
public record AdmissionLimits(
    int softLimit,
    int hardLimit,
    double reserve,
    long firstNeedBytes,
    Duration ramp,
    Duration settling,
    Map<Reason, Gate> gates) {

  private static final int USUAL_PER_CPU = 4;

  /**
   * Two marks of a signal in per cent: at {@code close} or above nothing is admitted, until it is
   * below {@code open}. Immutable.
   */
  public record Gate(double close, double open) {
    /**
     * Checks the marks.
     *
     * @throws IllegalArgumentException unless {@code 0 < open <= close}
     */
    public Gate {
      if (!(open > 0 && close >= open)) {
        throw new IllegalArgumentException("not 0 < " + open + " <= " + close);
      }
    }
  }

  /**
   * Checks the numbers, and copies the map.
   *
   * @throws IllegalArgumentException if one is out of its range, the soft limit is above the hard
   *     one, or something has a gate that is no signal in per cent
   */
  public AdmissionLimits {
    if (softLimit < 0 || hardLimit < 1 || softLimit > hardLimit) {
      throw new IllegalArgumentException(
          "not 0 <= soft limit <= hard limit, 1 <= hard limit: " + softLimit + ", " + hardLimit);
    }
    if (!(reserve >= 0 && reserve <= 1)) {
      throw new IllegalArgumentException("a share from 0 to 1, not " + reserve);
    }
    if (firstNeedBytes < 0 || ramp.isNegative() || settling.isNegative()) {
      throw new IllegalArgumentException("must not be negative");
    }
    for (Reason reason : gates.keySet()) {
      if (!reason.isSignal()) {
        throw new IllegalArgumentException(reason + " has no gate");
      }
    }
    gates = Map.copyOf(gates);
  }

  /**
   * The usual limits: 1 at least, 4 for each CPU at most, 5 per cent of memory left alone, 64 MiB
   * expected of a kind that is not known yet, 250 ms between two starts, 10 s until a child has
   * taken what it needs; closed at 10 per cent of memory pressure, 60 of CPU pressure, 40 of
   * storage pressure, 95 of busy CPUs, 90 of process ids and of descriptors.
   */
  public static AdmissionLimits standard() {
    return new AdmissionLimits(
        1,
        USUAL_PER_CPU * Runtime.getRuntime().availableProcessors(),
        0.05,
        64L << 20,
        Duration.ofMillis(250),
        Duration.ofSeconds(10),
        Map.of(
            Reason.MEMORY_PRESSURE, new Gate(10, 5),
            Reason.CPU_PRESSURE, new Gate(60, 40),
            Reason.IO_PRESSURE, new Gate(40, 20),
            Reason.CPU, new Gate(95, 85),
            Reason.PROCESSES, new Gate(90, 85),
            Reason.DESCRIPTORS, new Gate(90, 85)));
  }

  /** With another soft limit and another hard limit. */
  public AdmissionLimits between(int soft, int hard) {
    return new AdmissionLimits(soft, hard, reserve, firstNeedBytes, ramp, settling, gates);
  }

  /** With another share of memory that is left alone. */
  public AdmissionLimits reserve(double share) {
    return new AdmissionLimits(softLimit, hardLimit, share, firstNeedBytes, ramp, settling, gates);
  }

  /** With another need that is expected of a kind of which none has been seen. */
  public AdmissionLimits firstNeedBytes(long bytes) {
    return new AdmissionLimits(softLimit, hardLimit, reserve, bytes, ramp, settling, gates);
  }

  /** With another time between two starts. */
  public AdmissionLimits ramp(Duration time) {
    return new AdmissionLimits(
        softLimit, hardLimit, reserve, firstNeedBytes, time, settling, gates);
  }

  /** With another time until a child has taken what it needs. */
  public AdmissionLimits settling(Duration time) {
    return new AdmissionLimits(softLimit, hardLimit, reserve, firstNeedBytes, ramp, time, gates);
  }

  /** With another gate, marks in per cent. */
  public AdmissionLimits gate(Reason signal, double close, double open) {
    Map<Reason, Gate> changed = new EnumMap<>(Reason.class);
    changed.putAll(gates);
    changed.put(signal, new Gate(close, open));
    return new AdmissionLimits(
        softLimit, hardLimit, reserve, firstNeedBytes, ramp, settling, changed);
  }

  /** Without the gate of a signal, which then refuses nothing. */
  public AdmissionLimits ignore(Reason signal) {
    Map<Reason, Gate> changed = new EnumMap<>(Reason.class);
    changed.putAll(gates);
    changed.remove(signal);
    return new AdmissionLimits(
        softLimit, hardLimit, reserve, firstNeedBytes, ramp, settling, changed);
  }

  /** As {@link #open(RunningResources, Consumer)}, without anybody to tell. */
  public MachineAdmission open(RunningResources resources) {
    return open(resources, event -> {});
  }

  /**
   * Begins to decide by these limits.
   *
   * @param resources measures the children that are admitted; it has to stay open for as long
   * @param listener is told of every event, in order, on a virtual thread; when it is 4,096 events
   *     behind it loses the newest, and is told how many
   */
  public MachineAdmission open(RunningResources resources, Consumer<? super WatchEvent> listener) {
    return new MachineAdmission(this, resources, listener);
  }
}
