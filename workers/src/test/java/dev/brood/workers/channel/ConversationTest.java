package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Sockets;
import dev.brood.testkit.Census;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two channels that talk to each other, from both kinds of threads. */
@ExtendWith(Census.Extension.class)
class ConversationTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int TRIPS = 20_000;

  private Channel here;
  private Channel there;

  @BeforeEach
  void connect() {
    int[] ends = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_STREAM, ends)).isZero();
    ChannelOptions options = ChannelOptions.of(Codec.JSON);
    here = Channel.adopt(ends[0], options);
    there = Channel.adopt(ends[1], options);
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  private static <T> FutureTask<T> start(boolean virtual, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread =
        virtual ? Thread.ofVirtual().unstarted(task) : Thread.ofPlatform().daemon().unstarted(task);
    thread.start();
    return task;
  }

  private int echo(int count) throws InterruptedException {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      Object value = there.receive(LONG).orElseThrow().value();
      assertThat(there.send(value)).isTrue();
      sum += ((Number) value).intValue();
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void receive_manyRoundTrips_neverMissesAWakeUp(boolean virtual) throws Exception {
    FutureTask<Integer> echo = start(virtual, () -> echo(TRIPS));
    FutureTask<Integer> trips =
        start(
            virtual,
            () -> {
              for (int i = 0; i < TRIPS; i++) {
                assertThat(here.send(i)).isTrue();
                assertThat(here.receive(LONG).orElseThrow().value()).isEqualTo(i);
              }
              return TRIPS;
            });
    assertThat(trips.get(120, TimeUnit.SECONDS)).isEqualTo(TRIPS);
    assertThat(echo.get(20, TimeUnit.SECONDS)).isEqualTo(TRIPS / 2 * (TRIPS - 1));
  }

  @Test
  void receive_manyReceiversOfBothKinds_getEachMessageOnce() throws Exception {
    List<FutureTask<List<Object>>> receivers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      receivers.add(
          start(
              i % 2 == 0,
              () -> {
                List<Object> got = new ArrayList<>();
                for (int k = 0; k < 2_000; k++) {
                  got.add(there.receive(LONG).orElseThrow().value());
                }
                return got;
              }));
    }
    for (int i = 0; i < 16_000; i++) {
      boolean unused = here.send(i);
    }
    List<Object> all = new ArrayList<>();
    for (FutureTask<List<Object>> receiver : receivers) {
      List<Object> got = receiver.get(60, TimeUnit.SECONDS);
      assertThat(got).isSortedAccordingTo((a, b) -> Integer.compare((Integer) a, (Integer) b));
      all.addAll(got);
    }
    assertThat(all).doesNotHaveDuplicates().hasSize(16_000);
  }

  @Test
  void request_whileOthersReceive_findsItsReply() throws Exception {
    there.onRequest(Message::value);
    there.onMessage(message -> assertThat(there.send(message.value())).isTrue());
    List<FutureTask<Integer>> asking = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      asking.add(
          start(
              i % 2 == 0,
              () -> {
                int sum = 0;
                for (int k = 0; k < 1_000; k++) {
                  sum += ((Number) here.request(1, LONG).value()).intValue();
                }
                return sum;
              }));
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(here.send(i)).isTrue();
      assertThat(here.receive(LONG).orElseThrow().value()).isEqualTo(i);
    }
    for (FutureTask<Integer> each : asking) {
      assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(1_000);
    }
  }

  @Test
  void requestAsync_afterAReceiverHasLeft_isAnsweredThoughNobodyWaits() throws Exception {
    there.onRequest(Message::value);
    for (int i = 0; i < 200; i++) {
      assertThat(there.send(i)).isTrue();
      assertThat(here.receive(LONG).orElseThrow().value()).isEqualTo(i);
      assertThat(here.requestAsync(i, LONG).get(60, TimeUnit.SECONDS).value()).isEqualTo(i);
    }
  }

  @Test
  void requestAsync_whileAReceiverGivesItsTurnBack_isAnswered() throws Exception {
    there.onRequest(Message::value);
    FutureTask<Integer> receiving =
        start(
            false,
            () -> {
              int count = 0;
              while (here.receive(LONG).orElseThrow().value() instanceof Integer) {
                count++;
              }
              return count;
            });
    for (int i = 0; i < 3_000; i++) {
      boolean unused = there.send(i);
      assertThat(here.requestAsync(i, LONG).get(60, TimeUnit.SECONDS).value()).isEqualTo(i);
    }
    assertThat(there.send("end")).isTrue();
    assertThat(receiving.get(60, TimeUnit.SECONDS)).isEqualTo(3_000);
  }

  @Test
  void onDisconnect_afterAReceiverHasLeft_isToldThoughNobodyReceives() throws Exception {
    assertThat(there.send("last")).isTrue();
    assertThat(here.receive(LONG).orElseThrow().text()).contains("last");
    there.close();
    assertThat(here.onDisconnect().orTimeout(60, TimeUnit.SECONDS)).succeedsWithin(LONG);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void receive_interrupted_endsAndLosesNothing(boolean virtual) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    List<Thread> receiver = new ArrayList<>();
    FutureTask<Message> waiting =
        start(
            virtual,
            () -> {
              receiver.add(Thread.currentThread());
              begun.countDown();
              return here.receive();
            });
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    receiver.getFirst().interrupt();
    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(there.send("after")).isTrue();
    assertThat(here.receive(LONG).orElseThrow().text()).contains("after");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void close_whileAThreadReceives_endsIt(boolean virtual) throws Exception {
    FutureTask<Message> waiting = start(virtual, () -> here.receive());
    assertThat(there.send("one")).isTrue();
    assertThat(waiting.get(20, TimeUnit.SECONDS).text()).contains("one");
    FutureTask<Message> second = start(virtual, () -> here.receive());
    here.close();
    assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ChannelClosedException.class);
  }

  @Test
  void send_burstsOfSeveralThreads_keepTheOrderOfEach() throws Exception {
    int threads = 3;
    int each = 30_000;
    List<FutureTask<Integer>> senders = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int thread = i;
      senders.add(
          start(
              i == 0,
              () -> {
                for (int k = 0; k < each; k++) {
                  boolean unused = here.send(List.of(thread, k));
                }
                return each;
              }));
    }
    Map<Object, Integer> next = new HashMap<>();
    for (int i = 0; i < threads * each; i++) {
      List<?> pair = there.receive(LONG).orElseThrow().as(List.class);
      assertThat(pair.get(1)).isEqualTo(next.getOrDefault(pair.get(0), 0));
      next.merge(pair.get(0), 1, Integer::sum);
    }
    for (FutureTask<Integer> sender : senders) {
      assertThat(sender.get(20, TimeUnit.SECONDS)).isEqualTo(each);
    }
    assertThat(here.flush(LONG)).isTrue();
    assertThat(here.queuedBytes()).isZero();
  }

  @Test
  void disconnect_rightAfterABurst_sendsAllOfIt() throws Exception {
    for (int i = 0; i < 50_000; i++) {
      boolean unused = here.send(i);
    }
    here.disconnect();
    for (int i = 0; i < 50_000; i++) {
      assertThat(there.receive(LONG).orElseThrow().value()).isEqualTo(i);
    }
    assertThatThrownBy(there::receive).isInstanceOf(ChannelClosedException.class);
  }
}
