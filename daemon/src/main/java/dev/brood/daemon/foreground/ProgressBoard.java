package dev.brood.daemon.foreground;

import dev.brood.daemon.apps.InstancePlan;
import dev.brood.daemon.config.ProgressSource;
import dev.brood.process.Line;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.supervise.SupervisorEvent;
import dev.brood.workers.watch.Progress;
import dev.brood.workers.watch.ProgressBar;
import dev.brood.workers.watch.ProgressReport;
import dev.brood.workers.watch.ProgressTracker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * How far those instances have got that tell it. Reports come from any thread, the rest is for one.
 */
final class ProgressBoard {
  /** More would leave no room for the lines themselves. */
  private static final int MOST_BARS = 5;

  /** How many per cent are worth a line of their own where there are no bars. */
  private static final double STEP = 10;

  /** One instance. */
  private static final class Row {
    private final ProgressSource source;

    /** Of the run under way, from its first report on. */
    private @Nullable ProgressTracker tracker;

    private boolean live;
    private double toldPercent;
    private Optional<String> toldPhase = Optional.empty();

    Row(ProgressSource source) {
      this.source = source;
    }

    /** Its report may have come before: reports do not wait for events. */
    void begin() {
      live = true;
      toldPercent = 0;
      toldPhase = Optional.empty();
    }

    synchronized void end() {
      live = false;
      tracker = null;
    }

    synchronized void report(ProgressReport report) {
      if (tracker == null) {
        tracker = new ProgressTracker();
      }
      boolean unused = tracker.report(report);
    }

    /** How far it is; empty if it does not run or has told nothing. */
    synchronized Optional<Progress> progress() {
      return live ? Optional.ofNullable(tracker).map(ProgressTracker::progress) : Optional.empty();
    }
  }

  private final SequencedMap<String, Row> rows = new LinkedHashMap<>();

  ProgressBoard(List<InstancePlan> plans) {
    for (InstancePlan plan : plans) {
      plan.app().progress().ifPresent(source -> rows.put(plan.label(), new Row(source)));
    }
  }

  /** Looks for a report in a line of an instance. */
  void read(String label, Line line) {
    Row row = rows.get(label);
    if (row != null && row.source instanceof ProgressSource.Output(var pattern)) {
      pattern.find(line.text()).ifPresent(row::report);
    }
  }

  /** Takes the reports of a process of an instance from its channel. */
  void listen(String label, Channel channel) {
    Row row = rows.get(label);
    if (row != null && row.source instanceof ProgressSource.Message) {
      Channel unused =
          channel.on("progress", message -> ProgressReport.of(message).ifPresent(row::report));
    }
  }

  /** Notes begins and ends of runs; each begins at nothing. */
  void follow(SupervisorEvent event) {
    if (event instanceof SupervisorEvent.Started started) {
      Optional.ofNullable(rows.get(started.child())).ifPresent(Row::begin);
    } else if (event instanceof SupervisorEvent.Ended ended) {
      Optional.ofNullable(rows.get(ended.child())).ifPresent(Row::end);
    }
  }

  /** Whether anything may change by itself. */
  boolean isLive() {
    return rows.values().stream().anyMatch(row -> row.live);
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
