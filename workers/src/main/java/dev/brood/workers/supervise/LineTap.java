package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Listens to the lines of a command besides whoever gets them. */
final class LineTap {
  private LineTap() {}

  /**
   * The command with one sink more on both outputs. An output that goes where the other one goes is
   * heard there; of one that is not set, the listener is the only sink.
   *
   * @throws IllegalArgumentException if an output is a bare descriptor
   */
  static Command on(Command command, Consumer<Line> listener) {
    Stdio.Sink tap = Stdio.lines(listener);
    Command result = command;
    if (!isOther(command.stdout())) {
      List<Stdio.Sink> sinks = with(command.stdout(), tap);
      result = result.stdout(sinks.getFirst(), rest(sinks));
    }
    if (!isOther(command.stderr())) {
      List<Stdio.Sink> sinks = with(command.stderr(), tap);
      result = result.stderr(sinks.getFirst(), rest(sinks));
    }
    return result;
  }

  private static boolean isOther(List<Stdio.Sink> sinks) {
    return !sinks.isEmpty() && sinks.getFirst() instanceof Stdio.ToStream;
  }

  private static List<Stdio.Sink> with(List<Stdio.Sink> sinks, Stdio.Sink tap) {
    List<Stdio.Sink> all = new ArrayList<>(sinks);
    all.add(tap);
    return all;
  }

  private static Stdio.Sink[] rest(List<Stdio.Sink> sinks) {
    return sinks.subList(1, sinks.size()).toArray(Stdio.Sink[]::new);
  }
}
