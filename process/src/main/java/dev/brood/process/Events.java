package dev.brood.process;

/** Reports to JDK Flight Recorder, where the runtime image has it; otherwise does nothing. */
final class Events {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Events() {}

  /** Whether anybody may be listening; asked first, since the first event costs 50 ms of set-up. */
  private static boolean recording() {
    return PRESENT && JfrEvents.recorderInUse();
  }

  static void spawned(Command command, Child child, long spawnNanos) {
    if (recording()) {
      JfrEvents.spawned(command, child.pid(), spawnNanos);
    }
  }

  static void notSpawned(Command command, Exception reason) {
    if (recording()) {
      JfrEvents.notSpawned(command, String.valueOf(reason.getMessage()));
    }
  }

  static void exited(Child child, Exit exit) {
    if (recording()) {
      JfrEvents.exited(child, exit);
    }
  }

  static void stopped(Child child, StopReport report) {
    if (recording()) {
      JfrEvents.stopped(child, report);
    }
  }
}
