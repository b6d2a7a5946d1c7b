package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.internal.io.MessageSocket;
import dev.brood.process.internal.io.Reactor;
import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Sockets;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The worker's end of a conversation, played line by line: it does nothing by itself. */
final class FakeWorker implements AutoCloseable, Primary.Observer {
  final Member member;
  final List<String> told = new CopyOnWriteArrayList<>();

  private final Primary primary;
  private final Channel channel;
  private final MessageSocket socket;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Deque<Integer> descriptors = new ArrayDeque<>();

  FakeWorker(Primary primary, int id) {
    this.primary = primary;
    int[] ends = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, ends)).isZero();
    socket = new MessageSocket(Reactor.shared(), ends[1]);
    channel = Channel.adopt(ends[0], ChannelOptions.of(Codec.JSON));
    channel.onDisconnect().thenRun(this::ended).isDone();
    member = primary.join(id, channel, this);
    Thread.ofVirtual().name("fake-worker").start(this::read);
  }

  /** Says something, in apostrophes instead of quotation marks. */
  void say(String json) throws IOException {
    byte[] line = (json.replace('\'', '"') + "\n").getBytes(StandardCharsets.UTF_8);
    assertThat(socket.trySend(line, 0, line.length, -1)).isEqualTo(line.length);
  }

  /** Says something about the cluster. */
  void saying(String fields, Object... arguments) throws IOException {
    say("{'cmd':'NODE_CLUSTER'," + fields.formatted(arguments) + "}");
  }

  /** The next line that the primary sends. */
  JsonNode hear() throws InterruptedException {
    String line = lines.poll(Facts.LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(line).as("a line from the primary").isNotNull();
    return JsonMapper.shared().readTree(line);
  }

  /** The next line, if it is a connection; acknowledged, not answered. */
  JsonNode hearConnection() throws Exception {
    JsonNode envelope = hear();
    assertThat(envelope.path("cmd").asString()).isEqualTo("NODE_HANDLE");
    say("{'cmd':'NODE_HANDLE_ACK'}");
    JsonNode message = envelope.path("msg");
    assertThat(message.path("act").asString()).isEqualTo("newconn");
    return message;
  }

  /** Answers a connection that was heard. */
  void answer(JsonNode connection, boolean accepted) throws IOException {
    saying("'ack':%d,'accepted':%b,'seq':99", connection.path("seq").asInt(), accepted);
  }

  /** Nothing is there to be heard: proven by an exchange that comes after it. */
  void hearsNothing() throws Exception {
    saying("'act':'exitedAfterDisconnect','seq':4711");
    assertThat(hear().path("ack").asInt()).isEqualTo(4711);
  }

  /** The oldest descriptor that came and was not taken yet; the caller's. */
  synchronized int takeDescriptor() {
    return descriptors.removeFirst();
  }

  @Override
  public void online() {
    told.add("online");
  }

  @Override
  public void listening(ListenAddress address) {
    told.add("listening " + address);
  }

  @Override
  public void listenFailed(ListenAddress address, int errno) {
    told.add("failed " + address + " " + errno);
  }

  @Override
  public void leaving() {
    told.add("leaving");
  }

  /** The end of the worker. */
  @Override
  public void close() {
    socket.close();
    Facts.await("the primary knows", () -> told.contains("gone"));
    channel.close();
    synchronized (this) {
      descriptors.forEach(Descriptors::close);
      descriptors.clear();
    }
  }

  private void ended() {
    primary.gone(member);
    told.add("gone");
  }

  private void read() {
    byte[] buffer = new byte[4096];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      while (true) {
        int count = socket.receive(buffer, this::keep);
        if (count == MessageSocket.END) {
          return;
        }
        for (int i = 0; i < count; i++) {
          if (buffer[i] != '\n') {
            line.write(buffer[i]);
          } else {
            lines.add(line.toString(StandardCharsets.UTF_8));
            line.reset();
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      // The test is over.
    }
  }

  private synchronized void keep(int descriptor) {
    descriptors.add(descriptor);
  }
}
