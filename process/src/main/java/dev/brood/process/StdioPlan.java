package dev.brood.process;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.spawn.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What each stream of one start is connected to, with the defaults of the verb filled in, and the
 * wires that the kernel needs for it.
 *
 * @param swapped whether what the child writes to 1 is for stderr's sinks, and the other way round
 */
record StdioPlan(
    Stdio.Source stdin, List<Stdio.Sink> stdout, List<Stdio.Sink> stderr, boolean swapped) {
  private static final int CREATE = Descriptors.O_WRONLY | Descriptors.O_CREAT;

  static StdioPlan of(Spec spec, Launch.Defaults defaults) {
    Stdio.Sink sink =
        switch (defaults) {
          case SPAWN -> spec.detached ? Stdio.none() : Stdio.pipe();
          case RUN -> Stdio.inherit();
          case CAPTURE -> Stdio.capture(spec.outputLimit);
        };
    Stdio.Source source = spec.stdin;
    if (source == null) {
      source = defaults == Launch.Defaults.RUN ? Stdio.inherit() : Stdio.none();
    }
    List<Stdio.Sink> out = spec.stdout.isEmpty() ? List.of(sink) : spec.stdout;
    List<Stdio.Sink> error = spec.stderr.isEmpty() ? List.of(sink) : spec.stderr;
    if (out.size() == 1 && out.getFirst() instanceof Stdio.FileStdio && out.equals(error)) {
      error = List.of(Stdio.toStdout()); // one opening: two would write over each other
    }
    return refersTo(out, 2) && refersTo(error, 1)
        ? new StdioPlan(source, List.of(sink), List.of(sink), true)
        : new StdioPlan(source, out, error, false);
  }

  /** Checks the sinks of one output when they are given, not when they are used. */
  static List<Stdio.Sink> sinks(int number, Stdio.Sink first, Stdio.Sink... more) {
    List<Stdio.Sink> sinks = new ArrayList<>(List.of(more));
    sinks.addFirst(first);
    String name = number == 1 ? "stdout" : "stderr";
    for (Stdio.Sink sink : sinks) {
      if (sink instanceof Stdio.DescriptorStdio && sinks.size() > 1) {
        throw new IllegalArgumentException(
            name + " cannot have a bare descriptor among several sinks; give its file instead");
      }
      if (sink instanceof Stdio.ToStream(int target)) {
        if (target == number) {
          throw new IllegalArgumentException(name + " cannot be connected to itself");
        }
        if (sinks.size() > 1) {
          throw new IllegalArgumentException(
              name + " is the other stream or has sinks of its own, not both");
        }
      }
    }
    return List.copyOf(sinks);
  }

  SortedMap<Integer, Wire> wires(Map<Integer, Stdio.Extra> extras) {
    SortedMap<Integer, Wire> wires = new TreeMap<>();
    wires.put(0, sourceWire(stdin));
    wires.put(1, sinkWire(fed(1), stdout));
    wires.put(2, sinkWire(fed(2), stderr));
    extras.forEach((number, extra) -> wires.put(number, extraWire(number, extra)));
    return wires;
  }

  /** Which of our streams the child's descriptor {@code number} feeds. */
  int fed(int number) {
    return swapped ? 3 - number : number;
  }

  private static boolean refersTo(List<Stdio.Sink> sinks, int number) {
    return sinks.getFirst() instanceof Stdio.ToStream(int target) && target == number;
  }

  private static Wire sourceWire(Stdio.Source source) {
    return switch (source) {
      case Stdio.None none -> new Wire.Null();
      case Stdio.Inherit inherit -> new Wire.Inherit(0);
      case Stdio.FileStdio file -> new Wire.OpenFile(file.path().toString(), Descriptors.O_RDONLY);
      case Stdio.DescriptorStdio(int number) -> new Wire.Given(number, false);
      case Stdio.Pipe pipe -> new Wire.PipeToChild();
      case Stdio.Bytes bytes -> new Wire.PipeToChild();
      case Stdio.StreamSource stream -> new Wire.PipeToChild();
      case Stdio.ChannelStdio channel -> new Wire.PipeToChild();
    };
  }

  private static Wire sinkWire(int number, List<Stdio.Sink> sinks) {
    if (sinks.size() > 1) {
      return new Wire.PipeFromChild();
    }
    return switch (sinks.getFirst()) {
      case Stdio.None none -> new Wire.Null();
      case Stdio.Inherit inherit -> new Wire.Inherit(number);
      case Stdio.FileStdio file ->
          new Wire.OpenFile(
              file.path().toString(),
              CREATE | (file.append() ? Descriptors.O_APPEND : Descriptors.O_TRUNC));
      case Stdio.DescriptorStdio(int own) -> new Wire.Given(own, false);
      case Stdio.ToStream(int target) -> new Wire.SameAs(target);
      case Stdio.Pipe pipe -> new Wire.PipeFromChild();
      case Stdio.StreamSink stream -> new Wire.PipeFromChild();
      case Stdio.OwnStreamSink own -> new Wire.PipeFromChild();
      case Stdio.ChannelStdio channel -> new Wire.PipeFromChild();
      case Stdio.LineSink lines -> new Wire.PipeFromChild();
      case Stdio.Capture capture -> new Wire.PipeFromChild();
      case Stdio.Tail tail -> new Wire.PipeFromChild();
    };
  }

  private static Wire extraWire(int number, Stdio.Extra extra) {
    return switch (extra) {
      case Stdio.None none -> new Wire.Null();
      case Stdio.Inherit inherit -> new Wire.Given(number, false);
      case Stdio.FileStdio file ->
          new Wire.OpenFile(
              file.path().toString(),
              Descriptors.O_RDWR
                  | Descriptors.O_CREAT
                  | (file.append() ? Descriptors.O_APPEND : 0));
      case Stdio.DescriptorStdio(int own) -> new Wire.Given(own, false);
      case Stdio.ExtraPipe(boolean toChild) ->
          toChild ? new Wire.PipeToChild() : new Wire.PipeFromChild();
      case Stdio.Socket socket -> new Wire.Socket();
    };
  }
}
