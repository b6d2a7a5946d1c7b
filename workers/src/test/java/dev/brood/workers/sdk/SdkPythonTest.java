package dev.brood.workers.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Exit;
import dev.brood.testkit.Census;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.RequestFailedException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The channel for Python: its own tests, and as child of this JVM. */
@ExtendWith(Census.Extension.class)
class SdkPythonTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern COUNT = Pattern.compile("Ran (\\d+) tests in .*\\s+OK");

  @ParameterizedTest
  @CsvSource({
    "test_codecs.py, 15",
    "test_channel.py, 50",
    "test_aio.py, 12",
    "test_serve.py, 10",
    "test_ring.py, 7"
  })
  void testsOfItsOwn_always_pass(String file, int atLeast) throws Exception {
    assertThat(run(file)).isGreaterThanOrEqualTo(atLeast);
  }

  @Test
  void testsUnderANodeParent_always_pass() throws Exception {
    assertThat(run("test_node_parent.py")).isGreaterThanOrEqualTo(7);
  }

  private static int run(String file) throws InterruptedException {
    return SdkSuite.run(
        "python",
        COUNT,
        List.of("python3", "-m", "unittest", "discover", "-s", "tests", "-p", file));
  }

  @ParameterizedTest
  @CsvSource({
    "json, blocking",
    "advanced, blocking",
    "cbor, blocking",
    "json, asyncio",
    "cbor, asyncio"
  })
  void childOfJava_inEveryMode_understandsValuesAndRequests(String mode, String style)
      throws Exception {
    try (ForkedChild child = start(mode, style)) {
      Channel channel = child.channel();
      List<Object> values =
          Arrays.asList(
              null,
              true,
              "é漢😀",
              1.5,
              7,
              -1,
              List.of(1, List.of()),
              Map.of("a", Map.of("b", 1)),
              "x".repeat(3_000_000));
      for (Object value : values) {
        echo(channel, value);
      }
      if (!mode.equals("advanced")) {
        echo(channel, new BigInteger("-123456789012345678901234567890"));
        echo(channel, 1L << 60);
      }
      assertThat(channel.request(List.of(1, 2), LIMIT).value())
          .isEqualTo(Map.of("answered", List.of(1, 2)));
      Assertions.assertThatThrownBy(() -> channel.request("fail", LIMIT))
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("as asked");
      channel.onRequest(message -> message.value());
      assertThat(channel.send("ask")).isTrue();
      assertThat(receive(channel).value()).isEqualTo(Map.of("asked", Map.of("q", 1)));
      quit(child);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced", "cbor"})
  void childOfJava_inEveryMode_takesAndGivesHandles(String mode) throws Exception {
    try (ForkedChild child = start(mode, "blocking")) {
      Channel channel = child.channel();
      InetSocketAddress address;
      try (Handle listener = Handle.listen(new InetSocketAddress("127.0.0.1", 0), 16)) {
        address = (InetSocketAddress) listener.localAddress();
        assertThat(channel.send("serve", listener)).isTrue();
        assertThat(receive(channel).value()).isEqualTo("serving");
      }
      try (Socket client = new Socket(address.getAddress(), address.getPort())) {
        client.getOutputStream().write("java".getBytes(StandardCharsets.UTF_8));
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("served by java");
      }
      assertThat(channel.send("make connection")).isTrue();
      try (Handle connection = receive(channel).handle().orElseThrow()) {
        assertThat(connection.kind()).isEqualTo(Handle.Kind.SOCKET);
        assertThat(connection.input().readAllBytes()).asString().isEqualTo("from python");
      }
      quit(child);
    }
  }

  private static ForkedChild start(String mode, String style) throws InterruptedException {
    String script = SdkSuite.ROOT.resolve("python/tests/child.py").toString();
    ForkedChild child =
        Fork.python(script, style)
            .codec(Codec.named(mode))
            .command(command -> command.env("PYTHONDONTWRITEBYTECODE", "1"))
            .spawn();
    assertThat(receive(child.channel()).value()).isEqualTo(Map.of("brood", "ready"));
    return child;
  }

  private static void echo(Channel channel, Object value) throws InterruptedException {
    boolean unused = channel.send(value);
    assertThat(receive(channel).field("echo").orElse(null)).isEqualTo(value);
  }

  private static Message receive(Channel channel) throws InterruptedException {
    return channel.receive(LIMIT).orElseThrow();
  }

  private static void quit(ForkedChild child) throws InterruptedException {
    assertThat(child.channel().send("quit")).isTrue();
    assertThat(child.await(LIMIT)).contains(new Exit.Exited(0));
  }
}
