package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.workers.meters.Meters;
import dev.brood.workers.pool.PoolSpec;
import dev.brood.workers.pool.WorkerPool;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Shows a supervisor and a pool as meters of Micrometer, and as events of Flight Recorder. */
final class EventsAndMeters {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private EventsAndMeters() {}

  public static void main(String[] args) throws InterruptedException, IOException {
    Supervisor children =
        Supervisor.of(Strategy.ONE_FOR_ONE).child("web", Command.of("sleep", "60"));
    meters(children);
    Path file = Path.of("recording.jfr");
    record(children, file);
    System.out.println(
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().endsWith(".Supervision"))
            .sorted(Comparator.comparing(RecordedEvent::getStartTime))
            .map(event -> event.getString("kind"))
            .collect(Collectors.joining(" ")));
  }

  private static void meters(Supervisor children) throws InterruptedException {
    PoolSpec<String, Integer> lengths =
        WorkerPool.java(String.class, Integer.class, text -> text.length()).size(1);
    // snippet: meters
    SimpleMeterRegistry registry = new SimpleMeterRegistry(); // or that of your monitoring system
    try (RunningSupervisor supervisor = children.start();
        WorkerPool<String, Integer> pool = lengths.open();
        Meters _ = Meters.in(registry).supervisor(supervisor).pool("lengths", pool)) {
      System.out.println(pool.call("four"));
      // end
      double answered =
          registry.get("brood.pool.calls").tag("result", "answered").functionTimer().count();
      System.out.printf("calls answered: %.0f%n", answered);
      boolean ready = supervisor.awaitReady(LIMIT);
      double running =
          registry.get("brood.supervisor.children").tag("state", "running").gauge().value();
      System.out.printf("children running: %.0f%n", ready ? running : -1);
    }
  }

  private static void record(Supervisor children, Path file)
      throws InterruptedException, IOException {
    // snippet: recording
    try (Recording recording = new Recording()) { // or java -XX:StartFlightRecording
      recording.start();
      try (RunningSupervisor supervisor = children.start()) {
        System.out.println("ready: " + supervisor.awaitReady(LIMIT));
      }
      recording.dump(file);
    }
    // end
  }
}
