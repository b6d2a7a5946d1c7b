package dev.brood.workers.fork;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.StopReport;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.WorkersException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A started child and the channel to it. Thread-safe.
 *
 * <p>That it has ended, that its output is done and that its channel has ended are three events, in
 * any order: messages that it sent before its end can still be received after it.
 */
public final class ForkedChild implements AutoCloseable {
  private final Child child;
  private final Channel channel;
  private final @Nullable Object stopMessage;
  private final Duration toldGrace;

  private ForkedChild(
      Child child, Channel channel, @Nullable Object stopMessage, Duration toldGrace) {
    this.child = child;
    this.channel = channel;
    this.stopMessage = stopMessage;
    this.toldGrace = toldGrace;
  }

  static ForkedChild start(
      Command command,
      int descriptor,
      ChannelOptions options,
      @Nullable Object stopMessage,
      Duration toldGrace) {
    Child child = command.spawn();
    Channel channel = Channel.adopt(descriptor, options, "brood-child-" + child.pid());
    return new ForkedChild(child, channel, stopMessage, toldGrace);
  }

  /** The process. */
  public Child child() {
    return child;
  }

  /** The channel to it. */
  public Channel channel() {
    return channel;
  }

  /** Its process id. */
  public long pid() {
    return child.pid();
  }

  /** See {@link Channel#send(Object)}. */
  public boolean send(@Nullable Object value) {
    return channel.send(value);
  }

  /** See {@link Channel#send(Object, Handle)}. */
  public boolean send(@Nullable Object value, Handle handle) {
    return channel.send(value, handle);
  }

  /** See {@link Channel#receive()}. */
  public Message receive() throws InterruptedException {
    return channel.receive();
  }

  /** See {@link Channel#receive(Duration)}. */
  public Optional<Message> receive(Duration limit) throws InterruptedException {
    return channel.receive(limit);
  }

  /** See {@link Channel#request}. */
  public Message request(@Nullable Object body, Duration limit) throws InterruptedException {
    return channel.request(body, limit);
  }

  /** See {@link Channel#disconnect}: a child that has nothing else to do ends then. */
  public void disconnect() {
    channel.disconnect();
  }

  /** See {@link Child#await()}. */
  public Exit await() throws InterruptedException {
    return child.await();
  }

  /** See {@link Child#await(Duration)}. */
  public Optional<Exit> await(Duration limit) throws InterruptedException {
    return child.await(limit);
  }

  /** See {@link Child#onExit}. */
  public CompletableFuture<Exit> onExit() {
    return child.onExit();
  }

  /**
   * Tells the child to stop, by its stop message if it has one and by the end of the channel
   * otherwise; if that does not help within the told grace, stops its tree as {@link Child#stop()}
   * does. An interrupt cuts the telling short and stays set. Idempotent.
   */
  public StopReport stop() {
    tell();
    return child.stop();
  }

  /** As {@link #stop()}, with that long between SIGTERM and SIGKILL. */
  public StopReport stop(Duration grace) {
    tell();
    return child.stop(grace);
  }

  /** Stops what is left of its tree and closes the channel. Idempotent, from any thread. */
  @Override
  public void close() {
    tell();
    child.close();
    channel.close();
  }

  @Override
  public String toString() {
    return "Forked" + child;
  }

  private void tell() {
    if (toldGrace.isZero() || !child.isAlive() || !channel.isConnected()) {
      return;
    }
    long end = System.nanoTime() + NANOSECONDS.convert(toldGrace);
    try {
      if (stopMessage == null) {
        channel.disconnect();
      } else {
        boolean unused = channel.send(stopMessage, toldGrace);
      }
      awaitEnd(end - System.nanoTime());
    } catch (ChannelClosedException e) {
      // It is going already: its signals follow at once.
    } catch (WorkersException e) {
      System.getLogger("dev.brood.workers")
          .log(
              System.Logger.Level.WARNING,
              "{0} could not be told to stop: {1}",
              child,
              e.getMessage());
    }
  }

  /** Waits without {@link Child#await}, which would stop the child on an interrupt by itself. */
  private void awaitEnd(long nanos) {
    try {
      Exit unused = child.onExit().get(Math.max(nanos, 0), NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Signals follow.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
