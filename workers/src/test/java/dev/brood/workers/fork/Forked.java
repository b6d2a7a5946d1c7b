package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Small programs with a channel, and what can be seen of them from outside. */
final class Forked {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private Forked() {}

  static Fork node(String script, String... arguments) {
    return Fork.of(Command.of("node", "-e", script).args(arguments));
  }

  static Fork shell(String script) {
    return Fork.of(Command.of("sh", "-c", script));
  }

  /** The next message's value; fails if it does not come, or the channel has ended. */
  static @Nullable Object next(ForkedChild child) throws InterruptedException {
    return child.receive(LIMIT).orElseThrow().value();
  }

  /** The values of all messages that still come until the channel ends. */
  static List<@Nullable Object> rest(ForkedChild child) throws InterruptedException {
    List<@Nullable Object> values = new ArrayList<>();
    try {
      while (true) {
        Message message = child.receive(LIMIT).orElseThrow();
        message.handle().ifPresent(handle -> handle.close());
        values.add(message.value());
      }
    } catch (ChannelClosedException e) {
      return values;
    }
  }

  static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time: " + what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** How many bytes a process has written, to whatever; proc_pid_io(5). */
  static long writtenBytes(ForkedChild child) {
    try {
      return Files.readAllLines(Path.of("/proc/" + child.pid() + "/io")).stream()
          .filter(line -> line.startsWith("wchar: "))
          .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
          .sum();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until a process has written that much and then nothing more for half a second. */
  static long stalledAfter(ForkedChild child, long atLeast) {
    await("it has written " + atLeast + " bytes", () -> writtenBytes(child) >= atLeast);
    long before = -1;
    for (long now = writtenBytes(child); now != before; now = writtenBytes(child)) {
      before = now;
      long end = System.nanoTime() + 500_000_000;
      while (System.nanoTime() - end < 0) {
        LockSupport.parkNanos(20_000_000);
      }
    }
    return before;
  }

  /** The state letter of a process: S, R, T for stopped; proc_pid_stat(5). */
  static char state(ForkedChild child) {
    try {
      String stat = Files.readString(Path.of("/proc/" + child.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
