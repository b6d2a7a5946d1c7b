package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Signal;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.testkit.Census;
import dev.brood.testkit.Tolerance;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.WorkersException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Children that come and go in every way there is, with descriptors on their way: descriptors,
 * threads and children are back at the start figure afterwards, which the census sees after each
 * test and {@link #rounds} as often as it says.
 */
@Timeout(300)
class ForkLeaksTest {
  /** How many rounds of the soak; property {@code brood.soak.forks} counts the forks. */
  private static final int FORKS = Integer.getInteger("brood.soak.forks", 10_000);

  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

  /** How a small child ends, or is ended; each without reading what was sent to it, but one. */
  private enum Death {
    EXITS("exit 0"),
    READS_AND_EXITS("read -r line <&3; exit 0"),
    DIES_INSIDE_A_MESSAGE("printf '{\"half\":' >&3; kill -9 $$"),
    CLOSES_THE_CHANNEL_AND_STAYS("exec 3>&-; exec sleep 60"),
    IS_KILLED("exec sleep 60"),
    IS_DISCONNECTED("exec 4>&1; read -r line <&3; cat <&3 >/dev/null"),
    LOSES_ITS_CHANNEL("cat <&3 >/dev/null");

    private final Fork fork;

    Death(String script) {
      fork = Forked.shell(script).toldGrace(Duration.ZERO).command(ForkLeaksTest::quiet);
    }
  }

  private static Command quiet(Command command) {
    return command.stdout(Stdio.none()).stderr(Stdio.none());
  }

  /** One child, two connections and a server on their way to it, and its end. */
  private static void one(Death death, Handle server) throws InterruptedException {
    try (ForkedChild child = death.fork.spawn();
        Handle client = Handle.connect(server.localAddress())) {
      Handle accepted = server.accept();
      sendOrClose(child, "first", accepted);
      Handle again = Handle.connect(server.localAddress());
      sendOrClose(child, "held back", again);
      server.accept().close();
      send(child, "shared", server);
      switch (death) {
        case EXITS, READS_AND_EXITS, DIES_INSIDE_A_MESSAGE -> {
          assertThat(child.await(Forked.LIMIT)).isPresent();
          awaitEnd(child.channel());
        }
        case CLOSES_THE_CHANNEL_AND_STAYS -> awaitEnd(child.channel());
        case IS_KILLED -> {
          assertThat(child.child().signal(Signal.KILL)).isTrue();
          awaitEnd(child.channel());
        }
        case IS_DISCONNECTED -> child.disconnect();
        case LOSES_ITS_CHANNEL -> child.channel().close();
      }
      if (death != Death.IS_DISCONNECTED) {
        assertThat(accepted.isClosed()).as("first, %s", death).isTrue();
        assertThat(again.isClosed()).as("held back, %s", death).isTrue();
      }
      assertThat(client.isClosed()).isFalse();
    }
  }

  private static void sendOrClose(ForkedChild child, String text, Handle handle) {
    if (!send(child, text, handle)) {
      handle.close();
    }
  }

  private static boolean send(ForkedChild child, String text, Handle handle) {
    try {
      child.send(text, handle);
      return true;
    } catch (ChannelClosedException e) {
      return false; // it was faster
    }
  }

  private static void awaitEnd(Channel channel) throws InterruptedException {
    try {
      channel.onDisconnect().get(60, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError("the channel does not end", e);
    }
  }

  /** Children of every kind, eight at a time, and a census after each thousand. */
  private static void rounds(int forks) throws Exception {
    try (Handle server = Handle.listen(ANY, 64)) {
      one(Death.EXITS, server);
      Census before = Census.take();
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        for (int done = 0; done < forks; done += 1000) {
          List<Callable<Void>> calls = new ArrayList<>();
          for (int i = 0; i < Math.min(1000, forks - done); i++) {
            Death death = Death.values()[i % Death.values().length];
            calls.add(() -> {
              one(death, server);
              return null;
            });
          }
          for (Future<Void> each : threads.invokeAll(calls)) {
            each.get();
          }
        }
      }
      assertThat(Census.awaitNoLeaks(before, null, Tolerance.standard(), Duration.ofSeconds(20)))
          .isEmpty();
    }
  }

  @Test
  void forks_ofEveryKindOfDeath_leaveNothing() throws Exception {
    rounds(300);
  }

  @Tag("soak")
  @Timeout(1800)
  @Test
  void tenThousandForks_ofEveryKindOfDeath_leaveNothing() throws Exception {
    rounds(FORKS);
  }

  @Test
  void deaths_oneOfEachKind_leaveNothing() throws Exception {
    try (Handle server = Handle.listen(ANY, 64)) {
      for (Death death : Death.values()) {
        one(death, server);
      }
    }
  }

  /** Both directions at once: servers of the child's, in the kernel and in the inbox. */
  @Test
  void nodeChildren_withDescriptorsBothWays_leaveNothing() throws Exception {
    String script =
        """
        const net = require('net');
        process.on('message', () => {});
        let n = 0;
        const more = () => {
          const server = net.createServer().listen(0, '127.0.0.1', () => {
            process.send(n, server, () => {});
            server.close();
            if (++n < 30) more();
            else if (process.argv[1] === 'exit') process.exit();
            else if (process.argv[1] === 'disconnect') process.disconnect();
          });
        };
        more();
        """;
    try (Handle server = Handle.listen(ANY, 64)) {
      for (int round = 0; round < 20; round++) {
        String how = List.of("exit", "disconnect", "kill", "close").get(round % 4);
        Fork fork = Forked.node(script, how).toldGrace(Duration.ZERO).command(ForkLeaksTest::quiet);
        try (ForkedChild child = fork.spawn()) {
          child.receive(Forked.LIMIT).orElseThrow().handle().orElseThrow().close();
          for (int i = 0; i < 5; i++) {
            sendOrClose(child, "to the child", Handle.connect(server.localAddress()));
            server.accept().close();
          }
          switch (how) {
            case "kill" -> assertThat(child.child().signal(Signal.KILL)).isTrue();
            case "close" -> child.channel().close();
            default -> assertThat(child.channel().onDisconnect()).isNotNull();
          }
          if (!how.equals("close")) {
            child.disconnect();
          }
        }
      }
    }
  }

  @Test
  void spawn_thatFails_leavesNothing() {
    Fork missing = Fork.of(Command.of("/does/not/exist"));
    Fork directory = Forked.shell("exit").command(c -> c.directory(java.nio.file.Path.of("/no")));
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(missing::spawn).isInstanceOf(SpawnException.class);
      assertThatThrownBy(directory::spawn).isInstanceOf(SpawnException.class);
    }
  }

  @Test
  void requests_underWayAtTheDeath_allFail() throws Exception {
    try (ForkedChild child = Forked.shell("exec sleep 60").toldGrace(Duration.ZERO).spawn()) {
      List<Future<?>> replies = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        replies.add(child.channel().requestAsync(i, Duration.ofMinutes(10)));
      }
      child.child().kill();
      for (Future<?> reply : replies) {
        assertThatThrownBy(() -> reply.get(60, TimeUnit.SECONDS))
            .hasCauseInstanceOf(WorkersException.class);
      }
    }
  }
}
