package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Exit;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.ChannelOptions;
import dev.brood.workers.channel.Codec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of messages when one side goes; and the two ends of a child in any order. */
@Timeout(150)
class InFlightTest {
  private static final ChannelOptions ONE_AT_A_TIME =
      ChannelOptions.of(Codec.JSON).inboxLimitBytes(1);

  /** More than any socket holds: 5,000 messages of 1,000 bytes. */
  private static final String MANY =
      """
      const pad = 'x'.repeat(1000);
      for (let n = 0; n < 5000; n++) process.send({ n, pad });
      """;

  private static final String BLOCK_UNTIL_TOLD = "require('fs').readSync(0, Buffer.alloc(1));";

  private static List<Object> numbers(List<?> values) {
    return values.stream().<Object>map(value -> ((Map<?, ?>) value).get("n")).toList();
  }

  private static List<Object> upTo(int count) {
    return IntStream.range(0, count).<Object>mapToObj(n -> n).toList();
  }

  @Test
  void smallMessagesThenExit_all_arrive() throws Exception {
    String script = "for (let n = 0; n < 100; n++) process.send({ n }); process.exit(3);";
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(child.await()).isEqualTo(new Exit.Exited(3));
      assertThat(numbers(Forked.rest(child))).isEqualTo(upTo(100));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"process.exit(3)", "process.disconnect()"})
  void moreThanTheSocketHoldsThenTheEnd_aPrefixOfWholeMessages_arrives(String end)
      throws Exception {
    Fork fork =
        Forked.node(MANY + end + "; process.stdout.write('end');")
            .options(ONE_AT_A_TIME)
            .command(command -> command.stdout(Stdio.none()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.await()).isInstanceOf(Exit.Exited.class);
      List<Object> arrived = numbers(Forked.rest(child));
      assertThat(arrived).hasSizeBetween(1, 4999).isEqualTo(upTo(arrived.size()));
    }
  }

  @Test
  void moreThanTheSocketHoldsThenTheEventLoop_all_arrive() throws Exception {
    try (ForkedChild child = Forked.node(MANY).options(ONE_AT_A_TIME).spawn()) {
      assertThat(numbers(Forked.rest(child))).isEqualTo(upTo(5000));
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void exitInTheCallbackOfALongMessage_it_arrives() throws Exception {
    String script = "process.send('x'.repeat(3000000), () => process.exit(4));";
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("x".repeat(3_000_000));
      assertThat(Forked.rest(child)).isEmpty();
      assertThat(child.await()).isEqualTo(new Exit.Exited(4));
    }
  }

  /** The kernel answers with ECONNRESET then, once all is read. */
  @Test
  void exitWithUnreadMessages_whatItSentArrives_andThenTheEnd() throws Exception {
    String script =
        "process.send('ready');" + BLOCK_UNTIL_TOLD + "process.send('last'); process.exit(5);";
    Fork fork = Forked.node(script).command(command -> command.stdin(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      for (int i = 0; i < 10; i++) {
        assertThat(child.send(i)).isTrue();
      }
      child.child().stdin().println("go");
      assertThat(Forked.rest(child)).containsExactly("last");
      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
      assertThat(child.await()).isEqualTo(new Exit.Exited(5));
      assertThatThrownBy(() -> child.send("more"))
          .isInstanceOf(ChannelClosedException.class)
          .hasMessageContaining("cannot send");
      assertThatThrownBy(() -> child.request("more", Forked.LIMIT))
          .isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void request_whenTheChildDies_failsAtOnce() throws Exception {
    String script = "process.on('message', () => process.exit(6)); process.send('ready')";
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      assertThatThrownBy(() -> child.request("question", Forked.LIMIT.multipliedBy(10)))
          .isInstanceOf(ChannelClosedException.class);
    }
  }

  @Test
  void writeOfTheChild_afterOurClose_isAnErrorThereAndNotItsDeath() throws Exception {
    String script =
        "process.send('ready');"
            + BLOCK_UNTIL_TOLD
            + "process.send('late', (e) => console.log(e.code));";
    Fork fork =
        Forked.node(script).command(command -> command.stdin(Stdio.pipe()).stdout(Stdio.capture()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      child.channel().close();
      child.child().stdin().println("go");
      assertThat(child.child().result().stdout().trimmed()).isEqualTo("EPIPE");
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  // Exit and end of the channel, in any order ---------------------------------------------------

  @Test
  void channelEndsFirst_theChild_livesOn() throws Exception {
    String script = "printf '1\\n' >&3; exec 3>&-; read -r line; exit 7";
    Fork fork = Forked.shell(script).command(command -> command.stdin(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
      assertThat(child.channel().isConnected()).isFalse();
      assertThat(child.child().isAlive()).isTrue();
      assertThat(Forked.rest(child)).containsExactly(1);
      child.child().stdin().println("go");
      assertThat(child.await()).isEqualTo(new Exit.Exited(7));
    }
  }

  @Test
  void childEndsFirst_itsGrandchild_speaksOn() throws Exception {
    String script =
        """
        exec 4<&0
        (read -r line <&4; printf '"late"\\n' >&3) &
        printf '"early"\\n' >&3
        exit 8
        """;
    Fork fork = Forked.shell(script).command(command -> command.stdin(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.await()).isEqualTo(new Exit.Exited(8));
      assertThat(Forked.next(child)).isEqualTo("early");
      assertThat(child.channel().isConnected()).isTrue();
      child.child().stdin().println("go");
      assertThat(Forked.rest(child)).containsExactly("late");
      child.channel().onDisconnect().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void halfClose_ofTheChild_isTheEnd() throws Exception {
    String script = "process.disconnect(); process.stdin.on('data', () => process.exit(9))";
    Fork fork = Forked.node(script).command(command -> command.stdin(Stdio.pipe()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.rest(child)).isEmpty();
      assertThat(child.child().isAlive()).isTrue();
      assertThat(child.channel().isConnected()).isFalse();
      child.child().stdin().println("go");
      assertThat(child.await()).isEqualTo(new Exit.Exited(9));
    }
  }

  // What keeps a child alive --------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "process.send('x')",
        "process.once('message', () => {}); process.send('x')",
        "process.on('message', () => {}); process.channel.unref(); process.send('x')",
      })
  void node_withNothingToWaitFor_endsByItself(String script) throws Exception {
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("x");
      if (script.contains("once")) {
        assertThat(child.send("one")).isTrue();
      }
      assertThat(child.await(Forked.LIMIT)).contains(new Exit.Exited(0));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "process.on('message', () => {}); process.send('x')",
        "process.on('disconnect', () => {}); process.send('x')",
        "process.channel.ref(); process.send('x')",
      })
  void node_withAnEarForTheChannel_staysUntilItEnds(String script) throws Exception {
    try (ForkedChild child = Forked.node(script).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("x");
      assertThat(child.await(java.time.Duration.ofMillis(300))).isEmpty();
      child.disconnect();
      assertThat(child.await(Forked.LIMIT)).contains(new Exit.Exited(0));
    }
  }
}
