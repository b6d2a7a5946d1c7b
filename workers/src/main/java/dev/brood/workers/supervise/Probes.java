package dev.brood.workers.supervise;

import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Notification;
import dev.brood.workers.fork.NotifyOptions;
import dev.brood.workers.fork.NotifySocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is set up around one start of a child to learn whether it is ready and well. Closed after
 * the child's end. Thread-safe.
 *
 * <p>Used in this order: {@link #prepare}, start {@link #command}, {@link #awaitReady}, {@link
 * #watchHealth}, {@link #close}.
 */
final class Probes implements AutoCloseable {
  private final Readiness readiness;
  private final Health health;
  private final Consumer<Notification> notifications;
  private final Command command;

  /** Its sign is given by what is told or written; that of others is in the hands of the wait. */
  private final SignWait told = new SignWait(new CompletableFuture<>());

  private final ReadyWait wait;
  private final Beats beats;
  private final @Nullable NotifySocket socket;
  private @Nullable HealthWatch watch;
  private boolean closed;

  private Probes(
      Command command, Readiness readiness, Health health, Consumer<Notification> notifications) {
    this.readiness = readiness;
    this.health = health;
    this.notifications = notifications;
    this.wait = waitFor(readiness);
    Command wired = wired(command);
    Optional<Duration> silence =
        health.sign() instanceof HealthSign.Watchdog(Duration longest)
            ? Optional.of(longest)
            : Optional.empty();
    this.beats = new Beats(silence.orElse(Duration.ZERO));
    boolean tells = silence.isPresent() || readiness.sign() instanceof ReadySign.Notified;
    this.socket = tells ? open(silence) : null;
    this.command = socket == null ? wired : socket.pass(wired);
  }

  /**
   * Makes what the child needs at its start: sockets, pipes, environment.
   *
   * @param notifications gets what the child tells by sd_notify(3), if it has a notify socket; on
   *     one virtual thread, in order
   * @throws dev.brood.workers.channel.HandleException if there is no descriptor for it left
   * @throws IllegalArgumentException if its output is to be looked at and cannot be
   */
  static Probes prepare(
      Command command, Readiness readiness, Health health, Consumer<Notification> notifications) {
    return new Probes(command, readiness, health, notifications);
  }

  /** The command to start, with all that the probes need. */
  Command command() {
    return command;
  }

  /**
   * Waits until the child is ready, for as long as its readiness allows. Ends early if the child
   * does. What was made for the wait is gone when it returns, also after an interrupt.
   */
  ReadinessResult awaitReady(ProbedChild child) throws InterruptedException {
    return wait.await(child, new StartLimit(readiness.limit(), child));
  }

  /**
   * Begins to look at the child, which is ready now; does nothing if nobody is to look, if somebody
   * does already, or after {@link #close}. Ends with the child, or when this is closed.
   *
   * @param changes gets what changes, on one virtual thread, in order; it must not block
   */
  synchronized void watchHealth(ProbedChild child, Consumer<HealthChange> changes) {
    if (watch == null && !closed) {
      watch =
          lookAt(child).map(look -> HealthWatch.start(health, look, child, changes)).orElse(null);
    }
  }

  /** Lets go of everything, and does not wait for a look under way, which it ends. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (watch != null) {
        watch.close();
      }
    }
    if (socket != null) {
      socket.close();
    }
  }

  private ReadyWait waitFor(Readiness wanted) {
    return switch (wanted.sign()) {
      case ReadySign.Started() -> (child, limit) -> new ReadinessResult.Ready();
      case ReadySign.ChannelMessage() -> Probes::awaitMessage;
      case ReadySign.Notified() -> told;
      case ReadySign.OutputLine _ -> told;
      case ReadySign.Newline(int descriptor) -> new NewlineWait(descriptor);
      case ReadySign.FileAppears(Path path) ->
          new PolledWait(FileStamp.change(path), wanted.period());
      case ReadySign.Probed(Probe probe) -> new PolledWait(Look.of(probe), wanted.period());
    };
  }

  private static ReadinessResult awaitMessage(ProbedChild child, StartLimit limit)
      throws InterruptedException {
    if (child.channel().isEmpty()) {
      return new ReadinessResult.NotReady("it has no channel to say ready on");
    }
    return new SignWait(child.channel().get().onReady()).await(child, limit);
  }

  private Optional<Look> lookAt(ProbedChild child) {
    return switch (health.sign()) {
      case HealthSign.None() -> Optional.empty();
      case HealthSign.Ping() -> Optional.of(limit -> PingLook.ask(child.channel(), limit));
      case HealthSign.Watchdog _ -> Optional.of(limit -> beats.awaitNext());
      case HealthSign.Probed(Probe probe) -> Optional.of(Look.of(probe));
    };
  }

  /** The command with its pipe, or with its lines listened to. */
  private Command wired(Command original) {
    return switch (readiness.sign()) {
      case ReadySign.Newline(int descriptor) -> original.descriptor(descriptor, Stdio.fromChild());
      case ReadySign.OutputLine(Pattern pattern) ->
          LineTap.on(original, line -> hear(line, pattern));
      case ReadySign.Started _, ReadySign.ChannelMessage _, ReadySign.Notified _ -> original;
      case ReadySign.FileAppears _, ReadySign.Probed _ -> original;
    };
  }

  private void hear(Line line, Pattern pattern) {
    if (!told.isGiven() && pattern.matcher(line.text()).find()) {
      told.give();
    }
  }

  private NotifySocket open(Optional<Duration> silence) {
    NotifyOptions options = NotifyOptions.DEFAULT;
    return NotifySocket.open(silence.map(options::watchdog).orElse(options), this::notified);
  }

  private void notified(Notification notification) {
    switch (notification) {
      case Notification.Ready _ -> {
        if (readiness.sign() instanceof ReadySign.Notified) {
          told.give();
        }
      }
      case Notification.ExtendTimeout extend -> told.extend(extend.time());
      case Notification.Watchdog _ -> beats.beat();
      case Notification.WatchdogTriggered _ -> beats.trigger();
      case Notification.WatchdogInterval interval -> beats.silence(interval.interval());
      case Notification.Reloading _ -> {} // and the rest: for whoever listens
      case Notification.Stopping _ -> {}
      case Notification.Status _ -> {}
      case Notification.MainPid _ -> {}
      case Notification.ErrorNumber _ -> {}
      case Notification.BusError _ -> {}
      case Notification.ExitStatus _ -> {}
      case Notification.Stored _ -> {}
      case Notification.StoreRemoved _ -> {}
      case Notification.Other _ -> {}
    }
    notifications.accept(notification);
  }
}
