package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * The descriptors of one start: opens what the wires ask for, knows which number goes where, and
 * closes what is the child's afterwards, or everything if there is no child.
 */
final class Wiring {
  private final Reactor reactor;
  private final Map<Integer, Integer> sources = new HashMap<>();
  private final List<Integer> childs = new ArrayList<>();
  private final Map<Integer, ReadEnd> reads = new HashMap<>(4);
  private final Map<Integer, WriteEnd> writes = new HashMap<>(4);
  private int highest;
  private int reserved = -1;

  private Wiring(Reactor reactor) {
    this.reactor = reactor;
  }

  /** Opens everything, or nothing and fails. */
  static Wiring open(SortedMap<Integer, Wire> wires, Reactor reactor) throws SpawnFailure {
    Wiring wiring = new Wiring(reactor);
    // What is handed over is ours from the first moment, however this ends.
    for (Wire wire : wires.values()) {
      if (wire instanceof Wire.Given(int descriptor, boolean handOver) && handOver) {
        wiring.childs.add(descriptor);
      }
    }
    try {
      for (Map.Entry<Integer, Wire> entry : wires.entrySet()) {
        wiring.connect(entry.getKey(), entry.getValue());
      }
      for (Map.Entry<Integer, Wire> entry : wires.entrySet()) {
        if (entry.getValue() instanceof Wire.SameAs(int other)) {
          wiring.sources.put(entry.getKey(), wiring.source(other));
        }
      }
      wiring.liftAbove(wires.lastKey());
      return wiring;
    } catch (SpawnFailure | RuntimeException e) {
      wiring.abort();
      throw e;
    }
  }

  /** The numbers in the child, ascending. */
  int[] targets() {
    return sources.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** The descriptors here that they are copies of, in the order of {@link #targets}. */
  int[] sources(int[] targets) {
    int[] result = new int[targets.length];
    for (int i = 0; i < targets.length; i++) {
      result[i] = source(targets[i]);
    }
    return result;
  }

  /** The highest descriptor number that was opened: about how many are open in this process. */
  int highest() {
    return highest;
  }

  /** Takes one more descriptor, so that there is surely one to watch the child with. */
  void reserveOne() throws SpawnFailure {
    reserved = checked(Descriptors.duplicate(DevNull.descriptor(), 3), "pidfd");
    highest = Math.max(highest, reserved);
  }

  /** Gives back what {@link #reserveOne} took, to be used at once. */
  void freeReserved() {
    if (reserved >= 0) {
      Descriptors.close(reserved);
      reserved = -1;
    }
  }

  /** The child has its descriptors: closes our copies of them and keeps our ends. */
  Started complete(OsProcess process) {
    closeChilds();
    return new Started(process, reads, writes);
  }

  /** There is no child: closes everything. */
  void abort() {
    freeReserved();
    closeChilds();
    reads.values().forEach(ReadEnd::close);
    writes.values().forEach(WriteEnd::close);
  }

  private void connect(int number, Wire wire) throws SpawnFailure {
    switch (wire) {
      case Wire.Null() -> sources.put(number, DevNull.descriptor());
      case Wire.Inherit(int own) ->
          sources.put(number, Descriptors.isOpen(own) ? own : DevNull.descriptor());
      case Wire.PipeFromChild() -> {
        int[] ends = pair(Descriptors::pipe, "pipe");
        reads.put(number, new ReadEnd(reactor, ends[0]));
        sources.put(number, childs(ends[1]));
      }
      case Wire.PipeToChild() -> {
        int[] ends = pair(Descriptors::pipe, "pipe");
        writes.put(number, new WriteEnd(reactor, ends[1]));
        sources.put(number, childs(ends[0]));
      }
      case Wire.Socket() -> {
        int[] ends = pair(Descriptors::socketPair, "socket pair");
        reads.put(number, new ReadEnd(reactor, ends[0]));
        sources.put(number, childs(ends[1]));
        int second = checked(Descriptors.duplicate(ends[0], 3), "socket pair");
        writes.put(number, new WriteEnd(reactor, second, true));
      }
      case Wire.OpenFile(String path, int flags) -> {
        int fd = open(path, flags);
        if (fd < 0) {
          throw new SpawnFailure(kindOf(-fd, Kind.FILE_NOT_OPENED), -fd, path, null);
        }
        sources.put(number, childs(fd));
      }
      case Wire.Given(int descriptor, boolean handOver) -> {
        if (!Descriptors.isOpen(descriptor)) {
          throw new SpawnFailure(
              Kind.FILE_NOT_OPENED,
              Errno.EBADF.number(),
              "descriptor " + descriptor,
              "the descriptor is not open in this process");
        }
        sources.put(number, descriptor);
      }
      case Wire.SameAs(int other) -> {}
    }
  }

  /**
   * Moves every source that lies among the targets out of their way, so that copying down in any
   * order overwrites nothing; one that is its own target may stay.
   */
  private void liftAbove(int lastTarget) throws SpawnFailure {
    Map<Integer, Integer> lifted = new HashMap<>();
    for (Map.Entry<Integer, Integer> entry : sources.entrySet()) {
      int source = entry.getValue();
      if (source <= lastTarget && source != entry.getKey()) {
        Integer copy = lifted.get(source);
        if (copy == null) {
          copy = childs(checked(Descriptors.duplicate(source, lastTarget + 1), "descriptor copy"));
          lifted.put(source, copy);
        }
        entry.setValue(copy);
      }
    }
  }

  /** Opens a file. A FIFO or a slow file system may block, so a virtual thread has it done. */
  private static int open(String path, int flags) {
    final int mode = 0666;
    if (!Thread.currentThread().isVirtual()) {
      return Descriptors.open(path, flags, mode);
    }
    return CompletableFuture.supplyAsync(
            () -> Descriptors.open(path, flags, mode),
            task -> Thread.ofPlatform().name("brood-open").daemon().start(task))
        .join();
  }

  private int source(int target) {
    return Objects.requireNonNull(sources.get(target), () -> "nothing feeds " + target);
  }

  private int[] pair(java.util.function.ToIntFunction<int[]> maker, String what)
      throws SpawnFailure {
    int[] ends = new int[2];
    checked(maker.applyAsInt(ends), what);
    highest = Math.max(highest, Math.max(ends[0], ends[1]));
    return ends;
  }

  private int childs(int fd) {
    childs.add(fd);
    highest = Math.max(highest, fd);
    return fd;
  }

  private void closeChilds() {
    childs.forEach(Descriptors::close);
    childs.clear();
  }

  private static int checked(int result, String what) throws SpawnFailure {
    if (result < 0) {
      throw new SpawnFailure(kindOf(-result, Kind.OTHER), -result, what, null);
    }
    return result;
  }

  private static Kind kindOf(int errno, Kind otherwise) {
    return errno == Errno.EMFILE.number()
            || errno == Errno.ENFILE.number()
            || errno == Errno.ENOMEM.number()
        ? Kind.RESOURCES_EXHAUSTED
        : otherwise;
  }
}
