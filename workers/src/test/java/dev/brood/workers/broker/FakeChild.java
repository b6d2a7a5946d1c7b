package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.workers.channel.BrokerLink;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The two ends of a channel in one process: that of a broker, and that of a child. */
final class FakeChild implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Channel parents;
  private final Channel childs;
  private final BrokerLink link;

  private FakeChild(Channel parents, Channel childs) {
    this.parents = parents;
    this.childs = childs;
    this.link = childs.brokerLink(Set.of(), message -> {});
  }

  /** A child that has joined. */
  static FakeChild join(Broker broker, String name) {
    return join(broker, name, ChannelOptions.of(Codec.JSON));
  }

  static FakeChild join(Broker broker, String name, ChannelOptions options) {
    return apart(options).joins(broker, name);
  }

  /** A child that has not joined yet. */
  static FakeChild apart(ChannelOptions options) {
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    // Small, so that a child that does not read is noticed soon.
    ChannelOptions childOptions = ChannelOptions.of(options.codec()).inboxLimitBytes(1);
    return new FakeChild(Channel.adopt(ends[0], options), Channel.adopt(ends[1], childOptions));
  }

  FakeChild joins(Broker broker, String name) {
    broker.join(name, parents);
    return this;
  }

  Channel parents() {
    return parents;
  }

  Channel childs() {
    return childs;
  }

  FakeChild tell(Object... keysAndValues) {
    Map<String, Object> message = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      message.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    boolean unused = childs.send(message);
    return this;
  }

  /** Asks another child; the future fails as a channel's request does. */
  CompletableFuture<Message> ask(Object to, Object body, Object... more) {
    int id = link.nextId();
    CompletableFuture<Message> reply = link.await(id, LIMIT);
    List<Object> all = new ArrayList<>(List.of("brood", "request", "id", id, "to", to));
    all.addAll(List.of("body", body));
    all.addAll(List.of(more));
    tell(all.toArray());
    return reply;
  }

  /** The broker has seen all that this child has told it. */
  FakeChild settle() throws InterruptedException {
    tell("brood", "presence");
    Message next = receive();
    assertThat(next.field("brood")).hasValue("presence");
    return this;
  }

  FakeChild subscribe(String pattern) throws InterruptedException {
    return tell("brood", "subscribe", "pattern", pattern).settle();
  }

  FakeChild subscribe(String pattern, String group) throws InterruptedException {
    return tell("brood", "subscribe", "pattern", pattern, "group", group).settle();
  }

  Message receive() throws InterruptedException {
    return childs.receive(LIMIT).orElseThrow(() -> new AssertionError("nothing came"));
  }

  /** What comes next, as a map. */
  Object next() throws InterruptedException {
    return receive().value();
  }

  boolean isIdle() throws InterruptedException {
    return childs.receive(Duration.ZERO).isEmpty();
  }

  @Override
  public void close() {
    parents.close();
    childs.close();
  }
}
