package dev.brood.process;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events of JDK Flight Recorder. Command lines are shown with secrets masked. */
final class JfrEvents {
  private static final int SHOWN_CHARACTERS = 1000;

  @Name("dev.brood.process.Spawn")
  @Label("Child Spawned")
  @Category({"Brood", "Process"})
  @Description("A child process was started, or could not be")
  static final class Spawn extends Event {
    @Label("Command Line")
    String commandLine = "";

    @Label("Process Id")
    long pid;

    @Label("Spawn Time")
    @Timespan(Timespan.NANOSECONDS)
    long spawnTime;

    @Label("Failure")
    String failure = "";
  }

  @Name("dev.brood.process.Exit")
  @Label("Child Exited")
  @Category({"Brood", "Process"})
  @Description("A child process has ended and was reaped")
  @StackTrace(false)
  static final class Ended extends Event {
    @Label("Command Line")
    String commandLine = "";

    @Label("Process Id")
    long pid;

    @Label("Exit")
    String exit = "";

    @Label("Cause")
    String cause = "";

    @Label("Lifetime")
    @Timespan(Timespan.NANOSECONDS)
    long lifetime;

    @Label("CPU Time")
    @Timespan(Timespan.NANOSECONDS)
    long cpuTime;
  }

  @Name("dev.brood.process.Stop")
  @Label("Child Stopped")
  @Category({"Brood", "Process"})
  @Description("A child process and its descendants were asked to end")
  static final class Stop extends Event {
    @Label("Command Line")
    String commandLine = "";

    @Label("Process Id")
    long pid;

    @Label("Signals")
    String signals = "";

    @Label("Processes")
    int processes;

    @Label("Survivors")
    int survivors;

    @Label("Stop Time")
    @Timespan(Timespan.NANOSECONDS)
    long stopTime;
  }

  /** Makes all types known to the recorder with the first event, not each with its own first. */
  private static final class Registered {
    static {
      FlightRecorder.register(Spawn.class);
      FlightRecorder.register(Ended.class);
      FlightRecorder.register(Stop.class);
    }

    static void ensure() {}
  }

  private JfrEvents() {}

  static boolean recorderInUse() {
    return FlightRecorder.isInitialized();
  }

  static void spawned(Command command, long pid, long spawnNanos) {
    Registered.ensure();
    Spawn event = new Spawn();
    if (event.isEnabled()) {
      event.commandLine = shown(command);
      event.pid = pid;
      event.spawnTime = spawnNanos;
      event.commit();
    }
  }

  static void notSpawned(Command command, String reason) {
    Registered.ensure();
    Spawn event = new Spawn();
    if (event.isEnabled()) {
      event.commandLine = shown(command);
      event.failure = reason;
      event.commit();
    }
  }

  static void exited(Child child, Exit exit) {
    Registered.ensure();
    Ended event = new Ended();
    if (event.isEnabled()) {
      event.commandLine = shown(child.command());
      event.pid = child.pid();
      event.exit = exit.toString();
      event.cause = child.cause().name();
      event.lifetime = child.duration().toNanos();
      event.cpuTime = child.usage().map(usage -> usage.cpu().toNanos()).orElse(0L);
      event.commit();
    }
  }

  static void stopped(Child child, StopReport report) {
    Registered.ensure();
    Stop event = new Stop();
    if (event.isEnabled()) {
      event.commandLine = shown(child.command());
      event.pid = child.pid();
      event.signals = report.signals().toString();
      event.processes = report.processes();
      event.survivors = report.survivors().size();
      event.stopTime = report.duration().toNanos();
      event.commit();
    }
  }

  private static String shown(Command command) {
    String line = command.commandLine();
    return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS);
  }
}
