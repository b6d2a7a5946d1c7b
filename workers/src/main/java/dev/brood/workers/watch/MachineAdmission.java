package dev.brood.workers.watch;

import dev.brood.process.Child;
import dev.brood.process.Usage;
import dev.brood.process.observe.Pressure;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.event.FlightRecording;
import dev.brood.workers.watch.AdmissionCore.Answer;
import dev.brood.workers.watch.Refusal.Reason;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Admits children by what this machine bears, see {@link AdmissionLimits}. Thread-safe. It has no
 * thread of its own: it looks at the machine when it is asked, at most ten times in a second.
 */
public final class MachineAdmission implements Admission, AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("dev.brood.workers");

  private final RunningResources resources;
  private final EventTeller<WatchEvent> events;
  private final List<AdmissionEvent.SignalMissing> missing;
  private final ReentrantLock lock = new ReentrantLock();
  private final AdmissionCore core;
  private final SignalReader reader = new SignalReader();
  private final Map<Long, Place> places = new HashMap<>();
  private final Map<Reason, Long> refusals = new EnumMap<>(Reason.class);
  private Set<Reason> lastReasons = EnumSet.noneOf(Reason.class);

  MachineAdmission(
      AdmissionLimits limits, RunningResources resources, Consumer<? super WatchEvent> listener) {
    this.resources = resources;
    this.core = new AdmissionCore(limits);
    this.missing = probe();
    MachineSignals unused = reader.look(System.nanoTime()); // what the first question compares with
    this.events =
        new EventTeller<>(
            "brood-admission-events",
            lost -> new WatchEvent.EventsLost("admission", lost),
            listener);
    for (AdmissionEvent.SignalMissing signal : missing) {
      LOGGER.log(Level.INFO, "no {0} on this machine: {1}", signal.signal(), signal.instead());
      tell(signal);
    }
  }

  @Override
  public Decision mayStart(String kind) {
    lock.lock();
    try {
      long now = System.nanoTime();
      refreshPlaces();
      return switch (core.ask(now, kind, reader.look(now))) {
        case Answer.Grant(long number) -> {
          Place place = new Place(number, kind);
          places.put(number, place);
          lastReasons = EnumSet.noneOf(Reason.class);
          tell(new AdmissionEvent.Granted(kind, core.running()));
          yield new Admitted(place);
        }
        case Answer.Refuse(List<Refusal> reasons, var askAgainAfter) -> {
          tellRefused(kind, reasons);
          yield new Refused(reasons, askAgainAfter);
        }
      };
    } finally {
      lock.unlock();
    }
  }

  /** How many hold a ticket. */
  public int running() {
    lock.lock();
    try {
      refreshPlaces();
      return core.running();
    } finally {
      lock.unlock();
    }
  }

  /** The memory in bytes that the next child of a kind is expected to need. */
  public long expectedBytes(String kind) {
    lock.lock();
    try {
      refreshPlaces();
      return core.expected(kind);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many events of a type there were so far, those included that the listener was too slow for.
   */
  public long eventCount(Class<? extends WatchEvent> type) {
    return events.count(type);
  }

  /** How often a child was refused for a reason; with several reasons each is counted. */
  public long refusals(Reason reason) {
    lock.lock();
    try {
      return refusals.getOrDefault(reason, 0L);
    } finally {
      lock.unlock();
    }
  }

  /** What this machine does not tell. */
  public List<AdmissionEvent.SignalMissing> missing() {
    return missing;
  }

  /**
   * Tells the events that wait. Tickets stay as they are. Idempotent; an interrupt does not cut it
   * short and stays set.
   */
  @Override
  public void close() {
    events.close();
  }

  private void refreshPlaces() {
    List.copyOf(places.values()).forEach(Place::refresh);
  }

  private void tellRefused(String kind, List<Refusal> reasons) {
    Set<Reason> now =
        reasons.stream()
            .map(Refusal::reason)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Reason.class)));
    now.forEach(reason -> refusals.merge(reason, 1L, Long::sum));
    if (!now.equals(lastReasons)) {
      lastReasons = now;
      tell(new AdmissionEvent.Denied(kind, reasons));
    }
  }

  private void tell(AdmissionEvent event) {
    if (FlightRecording.inUse()) {
      JfrEvents.record(event);
    }
    events.tell(event);
  }

  private static List<AdmissionEvent.SignalMissing> probe() {
    List<AdmissionEvent.SignalMissing> missing = new ArrayList<>();
    for (Pressure.Resource resource : Pressure.Resource.values()) {
      if (Pressure.of(resource).isEmpty()) {
        String instead =
            switch (resource) {
              case MEMORY -> "free memory alone decides";
              case CPU -> "the share of busy CPUs decides";
              case IO -> "how busy storage is does not count";
            };
        missing.add(new AdmissionEvent.SignalMissing("pressure on " + resource, instead));
      }
    }
    return List.copyOf(missing);
  }

  /** A ticket; its state is guarded by the lock. */
  private final class Place implements Ticket {
    private final long number;
    private final String kind;
    private @Nullable Child child;
    private @Nullable WatchedChild watched;

    Place(long number, String kind) {
      this.number = number;
      this.kind = kind;
    }

    @Override
    public void started(Child started) {
      WatchedChild watching = resources.watch(kind, started);
      lock.lock();
      try {
        if (child != null || !places.containsKey(number)) {
          watching.close();
          throw new IllegalStateException(
              child == null ? "this ticket is closed" : "this ticket belongs to " + child);
        }
        child = started;
        watched = watching;
      } finally {
        lock.unlock();
      }
      var unused = started.onExit().whenComplete((exit, lost) -> close());
    }

    @Override
    public void close() {
      lock.lock();
      try {
        places.remove(number);
        core.ended(number, peakBytes());
        if (watched != null) {
          watched.close();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Of the whole tree as it was sampled, or of one process as the kernel saw it. */
    private long peakBytes() {
      WatchedChild watching = watched;
      Child known = child;
      if (watching == null || known == null) {
        return 0;
      }
      long sampled = (long) watching.peak(Figure.RESIDENT_BYTES).orElse(0);
      return Math.max(
          sampled,
          known.usage().map(Usage::peakResidentBytes).map(peak -> peak.orElse(0)).orElse(0L));
    }

    /** Says what its child has now; a child that has ended needs no place any more. */
    private void refresh() {
      Child known = child;
      WatchedChild watching = watched;
      if (known != null && !known.isAlive()) {
        close(); // its own end does that too, but later than a caller may ask who waited for it
      } else if (watching != null) {
        watching.latest().ifPresent(sample -> core.measured(number, sample.residentBytes()));
      }
    }
  }
}
