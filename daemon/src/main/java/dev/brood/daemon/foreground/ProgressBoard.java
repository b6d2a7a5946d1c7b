package dev.brood.daemon.foreground;

import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.config.ProgressSource;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.supervise.SupervisorEvent;
import dev.brood.workers.watch.Progress;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.ProgressTracker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * How far those instances have got that tell it. Reports come from any thread, the rest is for one.
 */
final class ProgressBoard {
  /** More would leave no room for the lines themselves. */
  private static final int MOST_BARS = 5;

  /** How many per cent are worth a line of their own where there are no bars. */
  private static final double STEP = 10;

  /** One that runs, and one whose last words are still on their way. */
  private static final int MOST_RUNS = 2;

  /** One instance. */
  private static final class Row {
    private final ProgressSource source;

    /** By pid: what the last run has still to say must not count for the next one. */
    private final SequencedMap<Long, ProgressTracker> trackers = new LinkedHashMap<>();

    private long livePid;
    private double toldPercent;
    private Optional<String> toldPhase = Optional.empty();

    Row(ProgressSource source) {
      this.source = source;
    }

    /** Its reports may have come before: they do not wait for events. */
    void begin(long pid) {
      livePid = pid;
      toldPercent = 0;
      toldPhase = Optional.empty();
    }

    void end() {
      livePid = 0;
    }

    boolean isLive() {
      return livePid != 0;
    }

    /** That of a process, which both of its outputs share. */
    synchronized ProgressTracker tracker(long pid) {
      ProgressTracker tracker = trackers.computeIfAbsent(pid, _ -> new ProgressTracker());
      if (trackers.size() > MOST_RUNS) {
        trackers.pollFirstEntry();
      }
      return tracker;
    }

    /** How far it is; empty if it does not run or has told nothing. */
    synchronized Optional<Progress> progress() {
      return Optional.ofNullable(trackers.get(livePid))
          .map(ProgressTracker::progress)
          .filter(Row::saysAnything);
    }

    private static boolean saysAnything(Progress progress) {
      return progress.percent().isPresent()
          || progress.phase().isPresent()
          || progress.message().isPresent();
    }
  }

  private final SequencedMap<String, Row> rows = new LinkedHashMap<>();

  ProgressBoard(List<InstancePlan> plans) {
    for (InstancePlan plan : plans) {
      plan.app().progress().ifPresent(source -> rows.put(plan.label(), new Row(source)));
    }
  }

  /** What finds the reports of an instance in its outputs, if they are there. */
  Optional<Stdio.Sink> tap(String label) {
    Row row = rows.get(label);
    return row != null && row.source instanceof ProgressSource.Output(var pattern)
        ? Optional.of(Stdio.streamFor(pid -> row.tracker(pid).stream(pattern)))
        : Optional.empty();
  }

  /** Takes the reports of a process of an instance from its channel, if they are there. */
  void listen(String label, ForkedChild fork) {
    Row row = rows.get(label);
    if (row != null && row.source instanceof ProgressSource.Message) {
      row.tracker(fork.pid()).listen(fork.channel());
    }
  }

  /** Notes begins and ends of runs; each begins at nothing. */
  void follow(SupervisorEvent event) {
    if (event instanceof SupervisorEvent.Started started) {
      Optional.ofNullable(rows.get(started.child())).ifPresent(row -> row.begin(started.pid()));
    } else if (event instanceof SupervisorEvent.Ended ended) {
      Optional.ofNullable(rows.get(ended.child())).ifPresent(Row::end);
    }
  }

  /** Whether anything may change by itself. */
  boolean isLive() {
    return rows.values().stream().anyMatch(Row::isLive);
  }

  /** A line with a bar for each live instance that has told anything; the first few of them. */
  List<String> bars(int columns) {
    ProgressBar bar = new ProgressBar(columns);
    List<String> lines = new ArrayList<>();
    rows.forEach((label, row) ->
        row.progress().map(progress -> bar.line(label, progress)).ifPresent(lines::add));
    return lines.subList(0, Math.min(lines.size(), MOST_BARS));
  }

  /** What is worth a line, by label: another phase, or {@value #STEP} per cent since the last. */
  SequencedMap<String, String> news() {
    SequencedMap<String, String> news = new LinkedHashMap<>();
    rows.forEach((label, row) ->
        row.progress()
            .filter(progress -> isNews(row, progress))
            .ifPresent(progress -> news.put(label, text(progress))));
    return news;
  }

  private static boolean isNews(Row row, Progress progress) {
    double percent = progress.percent().orElse(row.toldPercent);
    boolean further = Math.floor(percent / STEP) != Math.floor(row.toldPercent / STEP);
    boolean news = further || !progress.phase().equals(row.toldPhase);
    if (news) {
      row.toldPercent = percent;
      row.toldPhase = progress.phase();
    }
    return news;
  }

  /** {@code progress: 40 %, load, 12 of 30 files}. */
  private static String text(Progress progress) {
    List<String> parts = new ArrayList<>();
    OptionalDouble percent = progress.percent();
    if (percent.isPresent()) {
      parts.add((int) percent.getAsDouble() + " %");
    }
    progress.phase().ifPresent(parts::add);
    progress.message().ifPresent(parts::add);
    return "progress: " + String.join(", ", parts);
  }
}
