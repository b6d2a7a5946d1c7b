package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.internal.linux.Sockets;
import dev.brood.testkit.Census;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A peer may send before the handlers are set. */
@ExtendWith(Census.Extension.class)
class LateHandlerTest {
  private Handle peer;
  private Channel channel;
  private final CompletableFuture<Object> garbage = new CompletableFuture<>();

  @BeforeEach
  void connect() {
    int[] ends = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, ends)).isZero();
    peer = Handle.of(ends[0], Handle.Kind.SOCKET);
    channel = Channel.adopt(ends[1], ChannelOptions.of(Codec.JSON)).onMalformed(garbage::complete);
  }

  @AfterEach
  void close() {
    channel.close();
    peer.close();
  }

  private void write(String lines) throws Exception {
    peer.output().write(lines.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void onRequest_requestThatWaits_isAnsweredAndMessagesStay() throws Exception {
    write("\"before\"\n{\"brood\":\"request\",\"id\":1,\"body\":7}\n\"after\"\ngarbage\n");
    assertThat(garbage.get(60, TimeUnit.SECONDS)).isNotNull();
    channel.onRequest(request -> "got " + request.value());
    BufferedReader replies =
        new BufferedReader(new InputStreamReader(peer.input(), StandardCharsets.UTF_8));
    assertThat(replies.readLine()).contains("\"id\":1").contains("got 7");
    assertThat(channel.receive().value()).isEqualTo("before");
    assertThat(channel.receive().value()).isEqualTo("after");
    write("{\"brood\":\"request\",\"id\":2,\"body\":8}\n");
    assertThat(replies.readLine()).contains("\"id\":2").contains("got 8");
  }

  @Test
  void on_messagesOfTheVerbThatWait_goToTheHandlerInOrder() throws Exception {
    write("{\"brood\":\"beat\",\"n\":1}\n\"other\"\n{\"brood\":\"beat\",\"n\":2}\ngarbage\n");
    assertThat(garbage.get(60, TimeUnit.SECONDS)).isNotNull();
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    channel.on("beat", message -> seen.add(((Map<?, ?>) message.value()).get("n")));
    write("{\"brood\":\"beat\",\"n\":3}\n");
    for (int n = 1; n <= 3; n++) {
      assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(n);
    }
    assertThat(channel.receive().value()).isEqualTo("other");
  }
}
