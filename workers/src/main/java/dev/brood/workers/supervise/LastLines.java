package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Keeps the last lines of a child's standard error, cut to a bearable length. Thread-safe. */
final class LastLines implements Consumer<Line> {
  private static final int MOST_CHARACTERS = 1000;

  private final Deque<String> lines = new ArrayDeque<>();

  /**
   * The command with what it does not say about its outputs said, and with these lines kept if its
   * standard error can be listened to.
   */
  Command connect(Command command, boolean tapped) {
    Command said = command;
    if (said.stdout().isEmpty()) {
      said = said.stdout(Stdio.inherit());
    }
    if (said.stderr().isEmpty()) {
      said = said.stderr(Stdio.inherit());
    }
    if (!tapped) {
      return said;
    }
    boolean sameFile = said.stdout().getFirst() instanceof Stdio.FileStdio;
    if (sameFile && said.stdout().equals(said.stderr())) {
      said = said.stderr(Stdio.toStdout()); // one opening, as the engine itself would make it
    }
    boolean together = said.stderr().getFirst().equals(Stdio.toStdout());
    List<Stdio.Sink> sinks = new ArrayList<>(together ? said.stdout() : said.stderr());
    if (sinks.getFirst() instanceof Stdio.DescriptorStdio
        || sinks.getFirst() instanceof Stdio.ToStream) {
      return said;
    }
    if (sinks.equals(List.of(Stdio.none()))) {
      sinks.clear();
    }
    sinks.add(Stdio.lines(this));
    Stdio.Sink[] more = sinks.subList(1, sinks.size()).toArray(Stdio.Sink[]::new);
    return together ? said.stdout(sinks.getFirst(), more) : said.stderr(sinks.getFirst(), more);
  }

  @Override
  public synchronized void accept(Line line) {
    if (lines.size() == Death.MOST_LINES) {
      lines.removeFirst();
    }
    String text = line.text();
    lines.addLast(text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS));
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }
}
