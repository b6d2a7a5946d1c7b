package dev.brood.workers.supervise;

/** Reports to JDK Flight Recorder, where the runtime image has it; otherwise does nothing. */
final class SupervisionRecorder {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private SupervisionRecorder() {}

  static void record(SupervisorEvent event) {
    // Asked first, since the first event of a JVM costs 50 ms of set-up.
    if (PRESENT && SupervisionJfrEvent.recorderInUse()) {
      SupervisionJfrEvent.record(event);
    }
  }
}
