package dev.brood.process;

/** Reports to JDK Flight Recorder, where the runtime image has it; otherwise does nothing. */
final class Events {
  private static final boolean RECORDER = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Events() {}

  static void spawned(Command command, Child child, long spawnNanos) {
    if (RECORDER) {
      JfrEvents.spawned(command, child.pid(), spawnNanos);
    }
  }

  static void notSpawned(Command command, Exception reason) {
    if (RECORDER) {
      JfrEvents.notSpawned(command, String.valueOf(reason.getMessage()));
    }
  }

  static void exited(Child child, Exit exit) {
    if (RECORDER) {
      JfrEvents.exited(child, exit);
    }
  }

  static void stopped(Child child, StopReport report) {
    if (RECORDER) {
      JfrEvents.stopped(child, report);
    }
  }
}
