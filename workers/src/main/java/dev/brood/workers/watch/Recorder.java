package dev.brood.workers.watch;

/** Reports to JDK Flight Recorder, where the runtime image has it; otherwise does nothing. */
final class Recorder {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Recorder() {}

  static void resources(ResourceEvent event) {
    if (PRESENT && RecordedEvents.recorderInUse()) {
      RecordedEvents.resources(event);
    }
  }

  static void admission(AdmissionEvent event) {
    if (PRESENT && RecordedEvents.recorderInUse()) {
      RecordedEvents.admission(event);
    }
  }

  static void watched(WatchEvent event) {
    if (PRESENT && RecordedEvents.recorderInUse()) {
      RecordedEvents.watched(event);
    }
  }
}
