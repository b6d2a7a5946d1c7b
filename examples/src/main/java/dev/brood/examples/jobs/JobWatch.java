package dev.brood.examples.jobs;

import dev.brood.examples.Screen;
import dev.brood.workers.watch.Admission;
import dev.brood.workers.watch.AdmissionEvent;
import dev.brood.workers.watch.AdmissionLimits;
import dev.brood.workers.watch.CheckpointEvent;
import dev.brood.workers.watch.Dump;
import dev.brood.workers.watch.HeartbeatEvent;
import dev.brood.workers.watch.Heartbeats;
import dev.brood.workers.watch.MachineAdmission;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.Pulse;
import dev.brood.workers.watch.Refusal;
import dev.brood.workers.watch.ResourceEvent;
import dev.brood.workers.watch.Resources;
import dev.brood.workers.watch.RunningHeartbeats;
import dev.brood.workers.watch.RunningResources;
import dev.brood.workers.watch.WatchEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;

/** What all jobs share: who says how many may run, who watches them, and the screen. */
final class JobWatch implements AutoCloseable {
  private static final Duration SAMPLES = Duration.ofSeconds(1);

  private final Screen screen;
  private final Path store;
  private final ProgressBar bar;
  private final RunningResources resources;
  private final MachineAdmission admission;
  private final RunningHeartbeats beats;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Map<String, Pulse> running = new ConcurrentSkipListMap<>();

  // snippet: watch
  /**
   * Begins.
   *
   * @param most how many may run at the same time, if the machine bears them
   * @param silence how long a job may be silent before that is told; after twice as long it is
   *     stopped
   * @param store where is written what a silent job was at
   */
  JobWatch(Screen screen, int most, Duration silence, Path store) {
    this.screen = screen;
    this.store = store;
    this.bar = new ProgressBar(screen.columns());
    this.resources = Resources.every(SAMPLES).onEvent(this::told).start();
    this.admission =
        AdmissionLimits.standard().between(Math.min(2, most), most).open(resources, this::told);
    this.beats =
        Heartbeats.after(silence)
            .dump(Duration.ZERO, Dump.stacks())
            .stop(silence)
            .start(this::told);
    screen.show(() ->
        running.values().stream().map(pulse -> bar.line(pulse.name(), pulse.progress())).toList());
  }

  // end

  // snippet: admitted
  /** Waits until one more may run. Those that came first are first. */
  Admission.Ticket admitted(String kind) throws InterruptedException {
    turn.lockInterruptibly();
    try {
      while (true) { // at the latest when no other runs
        switch (admission.mayStart(kind)) {
          case Admission.Admitted(Admission.Ticket ticket) -> {
            return ticket;
          }
          case Admission.Refused(List<Refusal> _, Duration askAgainAfter) ->
              Thread.sleep(askAgainAfter);
        }
      }
    } finally {
      turn.unlock();
    }
  }

  // end

  /** The pulse of a run that is about to begin. */
  Pulse pulse(String job) {
    return beats.pulse(job);
  }

  /** The measuring of all jobs. */
  RunningResources resources() {
    return resources;
  }

  /** Shows a run until {@link #ended}. */
  void began(Pulse pulse) {
    running.put(pulse.name(), pulse);
  }

  /** Shows it no more. */
  void ended(Pulse pulse) {
    running.remove(pulse.name(), pulse);
  }

  /** Says something about a job that stays on the screen. */
  void say(String job, String what) {
    screen.say(job + ": " + what);
  }

  /** Says what was seen of a job, or decided about one more. */
  void told(WatchEvent event) {
    switch (event) {
      case HeartbeatEvent.Stalled stalled ->
          say(stalled.name(), "silent for " + seconds(stalled.silence()) + last(stalled));
      case HeartbeatEvent.Recovered recovered -> say(recovered.name(), "goes on");
      case HeartbeatEvent.Dumped(String job, long _, String text) -> keep(job + ".stacks", text);
      case HeartbeatEvent.Stopped stopped -> say(stopped.name(), "stopped for its silence");
      case CheckpointEvent.Taken taken ->
          say(taken.name(), "checkpoint " + taken.checkpoint().number());
      case CheckpointEvent.Missed missed -> say(missed.name(), "has not saved itself");
      case CheckpointEvent.Failed failed -> say(failed.name(), failed.reason());
      case ResourceEvent.LevelChanged changed ->
          say(changed.name(), changed.figure() + " is " + changed.now() + ": " + changed.value());
      case AdmissionEvent.Denied(String kind, List<Refusal> reasons) ->
          say(kind, "waits: " + String.join("; ", reasons.stream().map(Refusal::text).toList()));
      default -> {} // progress, which the bars show; what was asked for or granted
    }
  }

  private void keep(String file, String text) {
    try {
      Files.writeString(store.resolve(file), text);
    } catch (IOException e) {
      say(file, e.toString());
    }
  }

  private static String last(HeartbeatEvent.Stalled stalled) {
    return stalled.movedLast().map(sign -> "; last: " + sign).orElse("");
  }

  private static String seconds(Duration time) {
    return time.toSeconds() + " s";
  }

  /** Ends the watching; what is still to be said is said. */
  @Override
  public void close() {
    beats.close();
    admission.close();
    resources.close();
  }
}
