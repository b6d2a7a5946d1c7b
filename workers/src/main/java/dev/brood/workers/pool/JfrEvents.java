package dev.brood.workers.pool;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The events of JDK Flight Recorder about pools; docs/guide/events-and-meters has a table of them.
 * Only loaded where there is a recorder, and it is in use.
 */
final class JfrEvents {
  static {
    // All with the first, not each with its own first.
    FlightRecorder.register(Pool.class);
    FlightRecorder.register(PoolCall.class);
  }

  private JfrEvents() {}

  @Name("dev.brood.workers.Pool")
  @Label("Worker Pool")
  @Category({"Brood", "Workers"})
  @Description("A worker of a pool has come or gone, or a call was refused or repeated")
  @StackTrace(false)
  static final class Pool extends Event {
    @Label("Kind of Work")
    String work = "";

    @Label("Kind")
    String kind = "";

    @Label("Detail")
    String detail = "";
  }

  @Name("dev.brood.workers.PoolCall")
  @Label("Pool Call")
  @Category({"Brood", "Workers"})
  @Description("A call of a pool was answered, or has failed")
  @StackTrace(false)
  @Enabled(false)
  static final class PoolCall extends Event {
    @Label("Kind of Work")
    String work = "";

    @Label("Call")
    @Description("No other call of the pool has this number")
    long call;

    @Label("Worker")
    @Description("The number of the worker that had it last; 0 if none had")
    int worker;

    @Label("Worker Deaths")
    @Description("How many workers have ended while they had it")
    int deaths;

    @Label("Waited")
    @Timespan(Timespan.NANOSECONDS)
    @Description("From its arrival until it was sent last")
    long waited;

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    @Description("From its arrival to its end")
    long took;

    @Label("Failure")
    String failure = "";
  }

  static void record(String work, PoolEvent happened) {
    Pool event = new Pool();
    if (event.isEnabled()) {
      event.work = work;
      event.kind = happened.getClass().getSimpleName();
      event.detail = text(happened);
      event.commit();
    }
  }

  /** It may hold an input, which is a user's: even its text may be an error. */
  private static String text(PoolEvent happened) {
    try {
      return happened.toString();
    } catch (RuntimeException | StackOverflowError e) {
      return "no text: " + e.getClass().getName();
    }
  }

  static void record(String work, Call call, @Nullable RuntimeException failure, long now) {
    PoolCall event = new PoolCall();
    if (event.isEnabled()) {
      Member member = call.member;
      event.work = work;
      event.call = call.id;
      event.worker = member == null ? 0 : member.id;
      event.deaths = call.deaths;
      event.waited = (member == null ? now : call.sentNanos) - call.arrivedNanos;
      event.took = now - call.arrivedNanos;
      event.failure = failure == null ? "" : failure.toString();
      event.commit();
    }
  }
}
