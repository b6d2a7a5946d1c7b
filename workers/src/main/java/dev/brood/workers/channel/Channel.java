package dev.brood.workers.channel;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.brood.process.internal.io.MessageSocket;
import dev.brood.process.internal.io.Reactor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Two-way messages with one peer process, in order, over a Unix stream socket. Thread-safe.
 *
 * <p>Node's protocol: a Node child's {@code process.send} and {@code process.on('message')} are the
 * other end, unchanged, and so is any program that follows the page {@code sdk/PROTOCOL.md}.
 * Reading goes on for as long as the channel lives, on a virtual thread; what nobody has received
 * yet waits, bounded by {@link ChannelOptions#inboxLimitBytes}. Blocking calls are made for virtual
 * threads.
 */
public final class Channel implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final ChannelOptions options;
  private final String name;
  private final MessageSocket socket;
  private final FrameWriter frames;
  private final Outbox outbox;
  private final Requests requests;
  private final Dispatch dispatch;
  private final Arrivals arrivals;
  private final ReadingTurn turn = new ReadingTurn();
  private final ChannelReader reader;
  private final Receiving receiving;
  private final CompletableFuture<Void> disconnected = new CompletableFuture<>();
  private final AtomicReference<@Nullable BrokerLink> broker = new AtomicReference<>();
  private volatile boolean closed;

  private Channel(int descriptor, ChannelOptions options, String name) {
    this.options = options;
    this.name = name;
    this.requests = new Requests(name);
    this.socket = new MessageSocket(Reactor.shared(), descriptor);
    this.frames = new FrameWriter(options, name);
    this.outbox = new Outbox(socket, options, name);
    this.dispatch = new Dispatch(name, options.inboxLimitBytes());
    this.arrivals = new Arrivals(this, requests, dispatch);
    this.reader = new ChannelReader(this, socket, turn, dispatch, arrivals);
    this.receiving = new Receiving(reader, turn, dispatch, requests);
  }

  /**
   * The channel that this process was given by its parent: {@code NODE_CHANNEL_FD} of Node and of
   * {@code Fork}. Empty if it was given none. It is made at the first call and the same at each.
   * The variables are taken out of the environment then, so that children do not believe they are
   * theirs; only {@link System#getenv} still shows them.
   *
   * @throws HandleException if the variables name no open descriptor or no known codec
   */
  public static Optional<Channel> parent() {
    return ParentChannel.get();
  }

  /** Takes over a connected Unix stream socket, for which nothing else may read or write. */
  public static Channel adopt(int descriptor, ChannelOptions options) {
    return adopt(descriptor, options, "brood-channel-" + COUNT.incrementAndGet());
  }

  /**
   * As {@link #adopt(int, ChannelOptions)}, with a name by which its errors, log messages and
   * threads call it.
   */
  public static Channel adopt(int descriptor, ChannelOptions options, String name) {
    Channel channel = new Channel(descriptor, options, name);
    Thread thread = Thread.ofVirtual().name(channel.name).unstarted(channel.reader);
    channel.turn.readBy(thread);
    thread.start();
    return channel;
  }

  /** What it can bear. */
  public ChannelOptions options() {
    return options;
  }

  /**
   * Sends a message. What the kernel does not take at once is queued, and never dropped.
   *
   * @return false if more than 131,072 bytes are queued now: time to send less
   * @throws EncodingException if the value cannot be written
   * @throws MessageTooLargeException if it is longer than the limit
   * @throws ChannelFullException if the queue is full and the channel refuses, or the thread is
   *     interrupted while it waits for room; the flag is set then
   * @throws ChannelClosedException if the peer is gone, or this side has disconnected
   */
  public boolean send(@Nullable Object value) {
    return send(value, Outbox.FOREVER);
  }

  /**
   * As {@link #send(Object)}, but does not wait for room longer than {@code limit}.
   *
   * @throws ChannelFullException also if there is no room by then
   */
  public boolean send(@Nullable Object value, Duration limit) {
    FrameBuffer frame = frames.lend(value);
    try {
      return outbox.send(Outgoing.lent(frame), limit);
    } finally {
      frames.giveBack(frame);
    }
  }

  /**
   * Sends a message and, with it, a descriptor: a listening socket, a connection, a datagram
   * socket. A connection is closed here when the peer has it, unless {@link Handle#keepOpen}; other
   * kinds are shared and stay open, and may be closed by the caller as soon as this returns.
   * Further messages wait until the peer has acknowledged the descriptor.
   *
   * @throws HandleException if the descriptor is of a kind that the peer's codec cannot take, or
   *     the system refuses it
   */
  public boolean send(@Nullable Object value, Handle handle) {
    return sendHandle(value, handle, null);
  }

  /**
   * Waits for the next message.
   *
   * @throws ChannelClosedException after the last one
   * @throws IllegalStateException if messages go to a handler
   */
  public Message receive() throws InterruptedException {
    return receiving.next(Long.MAX_VALUE).orElseThrow(this::noMore);
  }

  /**
   * Waits that long at most.
   *
   * @throws ChannelClosedException after the last message
   * @throws IllegalStateException if messages go to a handler
   */
  public Optional<Message> receive(Duration limit) throws InterruptedException {
    Optional<Message> message = receiving.next(NANOSECONDS.convert(limit));
    if (message.isEmpty() && dispatch.inbox().isOver()) {
      throw noMore();
    }
    return message;
  }

  private ChannelClosedException noMore() {
    return new ChannelClosedException(name + ": no more messages: the channel has ended");
  }

  /**
   * Gives every message to a handler from now on, those that wait first, in order, on one virtual
   * thread. An error of the handler's is logged.
   *
   * @throws IllegalStateException if there is a handler already
   */
  public Channel onMessage(Consumer<Message> handler) {
    turn.endOfReceivers();
    dispatch.handleMessages(handler);
    return this;
  }

  /**
   * Gives messages that are objects with {@code "brood": verb} to a handler, instead of to {@link
   * #receive}; in order, on a virtual thread of their own.
   *
   * @throws IllegalStateException if the verb has a handler already
   */
  public Channel on(String verb, Consumer<Message> handler) {
    turn.endOfReceivers();
    dispatch.handleVerb(verb, handler);
    return this;
  }

  /**
   * As {@link #on(String, Consumer)}, for several verbs: all of them, or none.
   *
   * @throws IllegalStateException if one of the verbs has a handler already
   */
  public Channel on(Map<String, Consumer<Message>> handlers) {
    turn.endOfReceivers();
    dispatch.handleVerbs(handlers);
    return this;
  }

  /** Tells of what came in and was no message; without a handler it is logged. */
  public Channel onMalformed(Consumer<MalformedMessageException> handler) {
    dispatch.handleMalformed(handler);
    return this;
  }

  /**
   * Answers requests of the peer: the value is the reply's body, an error goes back as an error.
   * Each runs on a virtual thread, up to {@value Dispatch#MOST_REQUESTS} at once. Requests that
   * came before and wait to be received are answered too; set this before {@link #onMessage}, whose
   * handler would get them as messages. Requests to another child by name are not answered here:
   * they wait for a broker, or to be received.
   */
  public Channel onRequest(Function<Message, @Nullable Object> handler) {
    turn.endOfReceivers();
    dispatch.handleRequests(handler);
    return this;
  }

  /**
   * Asks the peer and waits for its reply.
   *
   * @throws RequestTimeoutException if none comes in time
   * @throws RequestFailedException if the peer answers with an error
   * @throws ChannelClosedException if the channel ends before
   */
  public Message request(@Nullable Object body, Duration limit) throws InterruptedException {
    int id = requests.next();
    CompletableFuture<Message> reply = requests.await(id);
    long start = System.nanoTime();
    sendRequest(id, envelope("request", id, "body", body), limit);
    try {
      receiving.await(reply, NANOSECONDS.convert(limit) - (System.nanoTime() - start));
      requests.expire(id, limit);
      return reply.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkersException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      requests.forget(id);
    }
  }

  /**
   * As {@link #request}, without waiting, but for room in the queue, up to {@code limit}. The
   * future fails with the same errors.
   */
  public CompletableFuture<Message> requestAsync(@Nullable Object body, Duration limit) {
    int id = requests.next();
    CompletableFuture<Message> reply = requests.await(id, limit);
    sendRequest(id, envelope("request", id, "body", body), limit);
    turn.readAtOnce();
    return reply;
  }

  /** Sends a request that is awaited; what goes wrong is told to who awaits it. */
  void sendRequest(int id, Map<String, @Nullable Object> request, Duration limit) {
    try {
      boolean unused = send(request, limit);
    } catch (ChannelFullException e) {
      if (options.whenFull() == WhenFull.BLOCK && !Thread.currentThread().isInterrupted()) {
        requests.expire(id, limit);
      } else {
        requests.fail(id, e);
      }
    } catch (WorkersException e) {
      requests.fail(id, e);
    }
  }

  /**
   * How many messages have come in, whoever takes them, replies and requests included: a sign that
   * the peer is at work.
   */
  public long receivedCount() {
    return arrivals.count();
  }

  /** How much waits to be sent, besides what the kernel holds. */
  public long queuedBytes() {
    return outbox.queuedBytes();
  }

  /**
   * Waits until all that was sent has reached the kernel, and descriptors their receiver.
   *
   * @return false if time was up before, or the channel ended with messages unsent
   */
  public boolean flush(Duration limit) throws InterruptedException {
    return outbox.flush(limit);
  }

  /** Whether messages can be sent: neither side has disconnected. */
  public boolean isConnected() {
    return outbox.isOpen();
  }

  /**
   * Ends the channel in order: what is queued is sent, descriptors are acknowledged, then the peer
   * is told. Messages of the peer's that are on their way still come in. Idempotent.
   */
  public void disconnect() {
    outbox.disconnect();
  }

  /** Completed when the channel has ended, whoever ended it, on a virtual thread. */
  public CompletableFuture<Void> onDisconnect() {
    return disconnected.thenApplyAsync(nothing -> nothing, Thread::startVirtualThread);
  }

  /**
   * Completed when the peer has said that it is ready, by {@code {"brood":"ready"}} or by the text
   * {@code ready}; on a virtual thread. The message is delivered as any other, too. Fails with
   * {@link ChannelClosedException} if the channel ends before.
   */
  public CompletableFuture<Void> onReady() {
    return arrivals.ready().thenApplyAsync(nothing -> nothing, Thread::startVirtualThread);
  }

  /** Its part in the conversation of a cluster, whose messages users never see. */
  public ClusterLink clusterLink() {
    return new ClusterLink(this);
  }

  /**
   * Takes part in a broker: from {@link BrokerLink#begin} on, messages with one of {@code verbs} as
   * {@code brood} go to its handler, and users do not see them. The handler runs on the thread that
   * reads, in order: it must not block. It owns the descriptor of a message.
   *
   * @throws IllegalStateException if it takes part in one already
   */
  public BrokerLink brokerLink(Set<String> verbs, Consumer<Message> handler) {
    BrokerLink link = new BrokerLink(this, verbs, handler);
    if (!broker.compareAndSet(null, link)) {
      throw new IllegalStateException(name + ": this channel belongs to a broker already");
    }
    turn.endOfReceivers();
    return link;
  }

  /**
   * The channel as a pool uses it, to ask and nothing else: from now on what the peer sends without
   * being asked is dropped, and its requests fail. {@link #onReady} works as ever.
   *
   * @param afterReplies run when all replies are delivered that came with one read, by who has read
   *     them
   */
  public CallLink callLink(Runnable afterReplies) {
    dispatch.dropUnasked(afterReplies);
    return new CallLink(outbox, frames, socket, requests, turn, receiving);
  }

  /** Ends the channel at once: what is not sent or received yet is dropped. Idempotent. */
  @Override
  public void close() {
    closed = true;
    outbox.end("closed");
    socket.close();
    arrivals.close();
  }

  @Override
  public String toString() {
    return name;
  }

  /** For {@link ClusterLink}. */
  boolean handleInternal(InternalHandler handler) {
    turn.endOfReceivers();
    return arrivals.handleInternal(handler);
  }

  /** For {@link ClusterLink}: there, each message is an answer that the next step waits for. */
  void readOnItsOwnThread() {
    Thread.ofPlatform().daemon().name(name + "-reader").start(reader::runAlone);
  }

  /** For {@link ClusterLink}: never waits for room, and trusts in what the handle is. */
  void sendNow(Map<String, @Nullable Object> message, @Nullable Handle handle, boolean give) {
    Object wrapped = message;
    if (handle != null) {
      wrapped = HandleMessages.wrap(message, handle);
    }
    outbox.sendNow(Outgoing.internal(frames.frame(wrapped), handle, give));
  }

  boolean isClosed() {
    return closed;
  }

  boolean acknowledged(boolean found) {
    return outbox.acknowledged(found);
  }

  void answer(Map<String, @Nullable Object> message) {
    outbox.answer(options.codec().encode(message));
  }

  /** The reader is through: nothing more comes. */
  void ended(String reason) {
    outbox.end(reason);
    requests.end(reason);
    socket.close();
    arrivals.end();
    disconnected.complete(null);
  }

  Requests requests() {
    return requests;
  }

  boolean sendFrame(byte[] frame, @Nullable Runnable ifUnsent) {
    frames.check(frame.length);
    return outbox.send(Outgoing.message(frame, null).orElse(ifUnsent));
  }

  boolean sendHandle(@Nullable Object value, Handle handle, @Nullable Runnable ifUnsent) {
    handle.prepareToTravel(options.codec());
    byte[] frame = frames.frame(HandleMessages.wrap(value, handle));
    turn.readAtOnce(); // the acknowledgement
    return outbox.send(Outgoing.message(frame, handle).orElse(ifUnsent));
  }

  List<Message> beginBroker(BrokerLink link) {
    return dispatch.handleBroker(link);
  }

  void leaveBroker(BrokerLink link) {
    broker.compareAndSet(link, null);
  }

  void sendReply(Object id, @Nullable Object body) {
    boolean unused = send(envelope("reply", id, "body", body));
  }

  void sendErrorReply(Object id, String text) {
    boolean unused = send(envelope("reply", id, "error", Map.of("message", text)));
  }

  static Map<String, @Nullable Object> envelope(
      String verb, Object id, String field, @Nullable Object content) {
    Map<String, @Nullable Object> envelope = new LinkedHashMap<>();
    envelope.put("brood", verb);
    envelope.put("id", id);
    envelope.put(field, content);
    return envelope;
  }
}
