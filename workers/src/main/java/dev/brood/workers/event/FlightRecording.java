package dev.brood.workers.event;

import jdk.jfr.FlightRecorder;

/** Whether JDK Flight Recorder may want to have events; the runtime image need not have it. */
public final class FlightRecording {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecording() {}

  /** Asked before any class of an event is touched: the first of a JVM costs 50 ms of set-up. */
  public static boolean inUse() {
    return PRESENT && Recorder.initialized();
  }

  /** Only loaded where there is a recorder. */
  private static final class Recorder {
    static boolean initialized() {
      return FlightRecorder.isInitialized();
    }
  }
}
