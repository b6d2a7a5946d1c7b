package dev.brood.workers.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.Exit;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.event.EventTeller;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One worker of a {@link RunningCluster}. Thread-safe.
 *
 * <p>Its ordinary messages go to {@link Cluster#onMessage} if there is such a handler, and can be
 * taken with {@link #receive} otherwise.
 */
public final class ClusterWorker {
  private static final int MOST_ADDRESSES = 1024;

  private final int id;
  private final String name;
  private final Fork fork;
  private final int generation;
  private final ForkedChild child;
  private final EventTeller<ClusterEvent> events;
  private final Mailbox mailbox;
  private final @Nullable Object readyMessage;
  private final Set<ListenAddress> addresses = new LinkedHashSet<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Exit> exited = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private WorkerState state = WorkerState.NONE;
  private boolean expected;
  private @Nullable Member member;

  ClusterWorker(
      int id,
      Fork fork,
      int generation,
      ForkedChild child,
      EventTeller<ClusterEvent> events,
      Settings settings) {
    this.id = id;
    this.name = settings.name + "-" + id;
    this.fork = fork;
    this.generation = generation;
    this.child = child;
    this.events = events;
    this.mailbox = new Mailbox(name, settings.messageHandler);
    this.readyMessage = settings.readyMessage;
  }

  /** Its number: from 1, never used twice in one cluster. {@code cluster.worker.id} in Node. */
  public int id() {
    return id;
  }

  /** The name of the cluster and its id: {@code web-3}. */
  public String name() {
    return name;
  }

  /** Its process id. */
  public long pid() {
    return child.pid();
  }

  /** The process and its channel. Messages are not received there but here. */
  public ForkedChild child() {
    return child;
  }

  /** How far it is. */
  public synchronized WorkerState state() {
    return state;
  }

  /** Where it has said that it listens, with real ports, in the order in which it said so. */
  public synchronized List<ListenAddress> addresses() {
    return List.copyOf(addresses);
  }

  /**
   * Whether its end is or will be wanted: it was told to go, or has said that it leaves. False for
   * a crash, an {@code exit()} and a signal from elsewhere.
   */
  public synchronized boolean exitedAfterDisconnect() {
    return expected;
  }

  /** Whether its channel is still there. */
  public boolean isConnected() {
    return child.channel().isConnected();
  }

  /** See {@link ForkedChild#send(Object)}. */
  public boolean send(@Nullable Object value) {
    return child.send(value);
  }

  /** See {@link ForkedChild#send(Object, Handle)}. */
  public boolean send(@Nullable Object value, Handle handle) {
    return child.send(value, handle);
  }

  /**
   * Waits for the next ordinary message. If nobody takes them, only the last {@value
   * Mailbox#MOST_KEPT} are kept.
   *
   * @return empty if none came in time
   * @throws IllegalStateException if messages go to a handler
   */
  public Optional<Message> receive(Duration limit) throws InterruptedException {
    return mailbox.receive(limit);
  }

  /** How it ended; empty while it lives. */
  public Optional<Exit> exit() {
    return Optional.ofNullable(exited.getNow(null));
  }

  /** Completed when its process has ended, on a virtual thread. */
  public CompletableFuture<Exit> onExit() {
    return exited.thenApplyAsync(exit -> exit, Thread::startVirtualThread);
  }

  /** Whether it serves: it listens, or has sent {@link Cluster#readyMessage} if there is one. */
  public boolean isReady() {
    return ready.isDone() && !ready.isCompletedExceptionally() && !exited.isDone();
  }

  @Override
  public String toString() {
    return name + "[" + pid() + " " + state() + "]";
  }

  Fork fork() {
    return fork;
  }

  int generation() {
    return generation;
  }

  /** Joins the conversation, and begins to take messages. */
  synchronized void begin(Primary primary) {
    member = primary.join(id, child.channel(), new Observer());
    child.channel().onMessage(this::arrived);
  }

  synchronized Member member() {
    return Objects.requireNonNull(member, "not begun");
  }

  /** Its end is wanted from now on. */
  synchronized void expectEnd() {
    expected = true;
  }

  /** Waits until it serves. False if it does not in time, or has ended. */
  boolean awaitReady(Duration limit) throws InterruptedException {
    return await(ready, limit);
  }

  /** Waits until process and channel have ended and all is put away. */
  boolean awaitOver(Duration limit) throws InterruptedException {
    return await(over, limit);
  }

  /** Runs an action, once, when it serves or has ended or time is up. */
  void whenReadyOrOver(Duration limit, Runnable action) {
    CompletableFuture<Void> unused =
        ready
            .copy()
            .orTimeout(limit.toNanos(), NANOSECONDS)
            .whenCompleteAsync((nothing, end) -> action.run(), Thread::startVirtualThread);
  }

  void disconnected() {
    advance(WorkerState.DISCONNECTED);
    events.tell(new ClusterEvent.Disconnected(this));
  }

  void exited(Exit exit) {
    advance(WorkerState.DEAD);
    exited.complete(exit);
    ready.completeExceptionally(new IllegalStateException(name + " has ended: " + exit));
    events.tell(new ClusterEvent.Exited(this, exit));
  }

  void over() {
    mailbox.end();
    over.complete(null);
  }

  private void arrived(Message message) {
    boolean isReady = readyMessage != null && readyMessage.equals(message.value());
    try {
      mailbox.add(this, message);
    } finally {
      if (isReady) { // whatever a handler thinks of it
        ready.complete(null);
      }
    }
  }

  private synchronized void advance(WorkerState next) {
    if (next.compareTo(state) > 0) {
      state = next;
    }
  }

  private synchronized void listens(ListenAddress address) {
    if (addresses.size() < MOST_ADDRESSES) {
      addresses.add(address);
    }
  }

  private static boolean await(CompletableFuture<Void> future, Duration limit)
      throws InterruptedException {
    try {
      future.get(Math.max(NANOSECONDS.convert(limit), 0), NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** What it says to the primary. */
  private final class Observer implements Primary.Observer {
    @Override
    public void online() {
      advance(WorkerState.ONLINE);
      events.tell(new ClusterEvent.Online(ClusterWorker.this));
    }

    @Override
    public void listening(ListenAddress address) {
      listens(address);
      advance(WorkerState.LISTENING);
      events.tell(new ClusterEvent.Listening(ClusterWorker.this, address));
      if (readyMessage == null) {
        ready.complete(null);
      }
    }

    @Override
    public void listenFailed(ListenAddress address, int errno) {
      events.tell(new ClusterEvent.ListenFailed(ClusterWorker.this, address, errno));
    }

    @Override
    public void leaving() {
      expectEnd();
    }
  }
}
