package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Environ;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.HandleException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that a child is given at its start by the convention of sd_listen_fds(3), listening
 * sockets above all: they stand from 3 on, {@code LISTEN_FDS} says how many, {@code LISTEN_FDNAMES}
 * what they are called and {@code LISTEN_PID} for whom they are. Immutable.
 *
 * <p>The descriptors stay open here, and must until the child has started. A child shares the open
 * file with us: if it makes a socket non-blocking (Node does), it is so for all that have it.
 */
public final class SocketActivation {
  private static final int FIRST = 3;
  // What Command.descriptor takes, from FIRST on, less one for a channel behind them.
  private static final int MOST = 247;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
  private static final AtomicBoolean TAKEN = new AtomicBoolean();

  private final List<NamedDescriptor> descriptors;

  private SocketActivation(List<NamedDescriptor> descriptors) {
    if (descriptors.size() > MOST) {
      throw new IllegalArgumentException(
          "a child is given at most " + MOST + " descriptors, not " + descriptors.size());
    }
    this.descriptors = List.copyOf(descriptors);
  }

  /** These descriptors, in their order. */
  public static SocketActivation of(NamedDescriptor... descriptors) {
    return of(List.of(descriptors));
  }

  /** These descriptors, in their order; such as {@link NotifySocket#storedDescriptors}. */
  public static SocketActivation of(List<NamedDescriptor> descriptors) {
    return new SocketActivation(descriptors);
  }

  /** With one more at the end. */
  public SocketActivation with(String name, int descriptor) {
    List<NamedDescriptor> more = new ArrayList<>(descriptors);
    more.add(new NamedDescriptor(name, descriptor));
    return new SocketActivation(more);
  }

  /** With one more at the end: a listening socket, say, which stays the caller's. */
  public SocketActivation with(String name, Handle handle) {
    return with(name, handle.descriptor());
  }

  /**
   * What this process itself was given at its start, by whatever service manager: the descriptors,
   * in order, now close-on-exec and the caller's to close. Empty if it was given none, or they are
   * for another process. The variables are taken out of the environment; a second call returns
   * nothing.
   *
   * @throws HandleException if the variables contradict each other
   */
  public static List<NamedDescriptor> received() {
    if (!TAKEN.compareAndSet(false, true)) {
      return List.of();
    }
    String count = System.getenv("LISTEN_FDS");
    String pid = System.getenv("LISTEN_PID");
    String names = System.getenv("LISTEN_FDNAMES");
    for (String name : List.of("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID")) {
      Environ.remove(name);
    }
    if (count == null || !Long.toString(ProcessHandle.current().pid()).equals(pid)) {
      return List.of();
    }
    return adopted(count, names == null || names.isEmpty() ? null : names.split(":", -1));
  }

  /** What is given, in the child's order. */
  public List<NamedDescriptor> descriptors() {
    return descriptors;
  }

  /** The first number in the child that is free: where a channel goes. */
  public int nextDescriptor() {
    return FIRST + descriptors.size();
  }

  /**
   * The command with these descriptors. {@code LISTEN_PID} is the child's own pid, see {@link
   * Command#pidVariable}; without descriptors, what this process itself was told is unset.
   */
  public Command pass(Command command) {
    Command result = command.unsetEnv("LISTEN_PIDFDID");
    if (descriptors.isEmpty()) {
      return result.unsetEnv("LISTEN_FDS").unsetEnv("LISTEN_FDNAMES").unsetEnv("LISTEN_PID");
    }
    for (int i = 0; i < descriptors.size(); i++) {
      result = result.descriptor(FIRST + i, Stdio.descriptor(descriptors.get(i).descriptor()));
    }
    String names = descriptors.stream().map(NamedDescriptor::name).collect(Collectors.joining(":"));
    return result
        .env("LISTEN_FDS", Integer.toString(descriptors.size()))
        .env("LISTEN_FDNAMES", names)
        .pidVariable("LISTEN_PID");
  }

  private static List<NamedDescriptor> adopted(String count, String @Nullable [] names) {
    if (!NUMBER.matcher(count).matches() || (names != null && names.length != number(count))) {
      throw new HandleException(
          "LISTEN_FDS is \"%s\", with %s names in LISTEN_FDNAMES"
              .formatted(count, names == null ? "no" : names.length));
    }
    List<NamedDescriptor> result = new ArrayList<>();
    for (int i = 0; i < number(count); i++) {
      if (Descriptors.setCloseOnExec(FIRST + i) < 0) {
        throw new HandleException(
            "LISTEN_FDS is " + count + ", but descriptor " + (FIRST + i) + " is not open");
      }
      result.add(new NamedDescriptor(names == null ? "unknown" : names[i], FIRST + i));
    }
    return result;
  }

  private static int number(String count) {
    return Integer.parseInt(count);
  }
}
