package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs a function of this JVM where a program would run: with real pipes, but without a process.
 */
public final class FakeBackend implements Backend {
  /** A program that is not one. */
  public interface Program {
    /** Runs on a virtual thread that is interrupted by a signal; returns how it ends. */
    Ending run(Streams streams) throws InterruptedException, IOException;
  }

  /** Decides what answers a plan. */
  public interface Answers {
    Program answer(SpawnPlan plan) throws SpawnFailure;
  }

  /** The standard streams as the fake program sees them. */
  public interface Streams {
    byte[] readAll() throws IOException, InterruptedException;

    void write(int number, byte[] bytes) throws IOException, InterruptedException;
  }

  // Above PID_MAX_LIMIT of the kernel (proc(5), pid_max): never a real process.
  private static final AtomicLong NEXT_PID = new AtomicLong(1L << 30);

  private final Answers answers;

  public FakeBackend(Answers answers) {
    this.answers = answers;
  }

  @Override
  public Started start(SpawnPlan plan) throws SpawnFailure {
    Wiring wiring = Wiring.open(plan.wires(), Reactor.shared());
    try {
      Program program = answers.answer(plan);
      int[] targets = wiring.targets();
      FakeStreams streams = new FakeStreams(plan, targets, wiring.sources(targets));
      FakeProcess process = new FakeProcess(NEXT_PID.getAndIncrement());
      Started started = wiring.complete(process);
      process.start(program, streams);
      return started;
    } catch (SpawnFailure | RuntimeException e) {
      wiring.abort();
      throw e;
    }
  }

  private static final class FakeProcess extends OsProcess {
    private final long pid;
    private volatile Thread thread = Thread.currentThread();

    FakeProcess(long pid) {
      this.pid = pid;
    }

    void start(Program program, FakeStreams streams) {
      thread =
          Thread.ofVirtual()
              .name("brood-fake-" + pid)
              .start(() -> {
                try {
                  Ending ending = ended(program, streams);
                  streams.close();
                  ending().complete(ending);
                } catch (RuntimeException | Error e) { // whatever a user's answer throws
                  streams.close();
                  ending().completeExceptionally(e);
                }
              });
    }

    private static Ending ended(Program program, FakeStreams streams) {
      try {
        return program.run(streams);
      } catch (InterruptedException e) {
        return signalled(15);
      } catch (IOException e) {
        return signalled(13);
      }
    }

    @Override
    public void watch() {}

    @Override
    public boolean awaitDirectly(long waitNanos) {
      return false;
    }

    @Override
    public long pid() {
      return pid;
    }

    @Override
    public boolean signal(int number) {
      boolean alive = ending().complete(signalled(number));
      thread.interrupt();
      return alive;
    }

    @Override
    public boolean signalGroup(int number) {
      return signal(number);
    }

    @Override
    public StopOutcome stopTree(List<StopStep> steps) {
      int number = steps.isEmpty() ? 9 : steps.getFirst().signal();
      return signal(number)
          ? new StopOutcome(false, List.of(number), 1, List.of())
          : new StopOutcome(true, List.of(), 0, List.of());
    }

    @Override
    public boolean mayHaveSurvivors() {
      return !ending().isDone();
    }

    private static Ending signalled(int number) {
      return new Ending(false, number, false, ResourceUse.NONE, System.nanoTime());
    }
  }

  /** Copies of the descriptors that a child would have got. */
  private static final class FakeStreams implements Streams {
    private final SpawnPlan plan;
    private final int[] targets;
    private final int[] copies;

    FakeStreams(SpawnPlan plan, int[] targets, int[] sources) {
      this.plan = plan;
      this.targets = targets;
      this.copies = new int[sources.length];
      for (int i = 0; i < sources.length; i++) {
        copies[i] = Descriptors.duplicate(sources[i], 3);
      }
    }

    @Override
    public byte[] readAll() throws IOException, InterruptedException {
      if (plan.wire(0) instanceof Wire.Inherit) {
        return new byte[0]; // a fake does not take the terminal's input
      }
      java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      if (isPipe(plan.wire(0))) {
        ReadEnd end = new ReadEnd(Reactor.shared(), Descriptors.duplicate(copies[0], 3));
        try (end) {
          for (int count = end.read(buffer, 0, buffer.length, 0);
              count >= 0;
              count = end.read(buffer, 0, buffer.length, 0)) {
            all.write(buffer, 0, count);
          }
        }
      } else {
        for (int count = Descriptors.read(copies[0], buffer, 0, buffer.length);
            count > 0;
            count = Descriptors.read(copies[0], buffer, 0, buffer.length)) {
          all.write(buffer, 0, count);
        }
      }
      return all.toByteArray();
    }

    @Override
    public void write(int number, byte[] bytes) throws IOException, InterruptedException {
      int copy = copies[indexOf(number)];
      Wire wire = plan.wire(number);
      if (wire instanceof Wire.SameAs(int other)) {
        wire = plan.wire(other);
      }
      if (isPipe(wire)) {
        try (WriteEnd end = new WriteEnd(Reactor.shared(), Descriptors.duplicate(copy, 3))) {
          end.write(bytes, 0, bytes.length);
        }
        return;
      }
      for (int done = 0; done < bytes.length; ) {
        int count = Descriptors.write(copy, bytes, done, bytes.length - done);
        if (count < 0 && !Errno.EAGAIN.is(count) && !Errno.EINTR.is(count)) {
          throw new IOException("write: " + Errno.describe(-count));
        }
        done += Math.max(count, 0);
      }
    }

    void close() {
      for (int copy : copies) {
        Descriptors.close(copy);
      }
    }

    private int indexOf(int number) {
      for (int i = 0; i < targets.length; i++) {
        if (targets[i] == number) {
          return i;
        }
      }
      throw new IllegalArgumentException("the fake program has no descriptor " + number);
    }

    private static boolean isPipe(Wire wire) {
      return switch (wire) {
        case Wire.PipeFromChild from -> true;
        case Wire.PipeToChild to -> true;
        case Wire.Socket socket -> true;
        case Wire.Given(int descriptor, boolean handOver) -> handOver;
        case Wire.Null none -> false;
        case Wire.Inherit inherit -> false;
        case Wire.OpenFile file -> false;
        case Wire.SameAs other -> false;
      };
    }
  }
}
