package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.process.Signal;
import dev.brood.process.SpawnException;
import dev.brood.process.Stdio;
import dev.brood.process.StopReport;
import dev.brood.workers.channel.ChildJvm;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What else a forked child has: streams, arguments, descriptors, an environment, and its stop. */
@Timeout(150)
class ForkStreamsTest {
  /** Says on each stream what it is, and what came by standard input. */
  private static final String SPEAK =
      """
      process.send('message');
      process.stdin.on('data', (data) => {
        process.stdout.write('out ' + data);
        process.stderr.write('err ' + data);
      });
      """;

  @TempDir private Path directory;

  private static Result ended(UnaryOperator<Command> streams) throws Exception {
    Fork fork = Forked.node(SPEAK).command(command -> command.stdin(Stdio.text("in\n")));
    try (ForkedChild child = fork.command(streams).spawn()) {
      assertThat(Forked.rest(child)).containsExactly("message");
      return child.child().result();
    }
  }

  @Test
  void of_commandWithStreams_keepsThem() throws Exception {
    Command command =
        Command.of("sh", "-c", "echo out; echo err >&2")
            .stdout(Stdio.capture())
            .stderr(Stdio.toStdout());
    try (ForkedChild child = Fork.of(command).spawn()) {
      assertThat(child.child().result().stdout().text()).isEqualTo("out\nerr\n");
    }
  }

  @Test
  void streams_captured_areInTheResult() throws Exception {
    Result result = ended(c -> c.stdout(Stdio.capture()).stderr(Stdio.tail(3)));
    assertThat(result.stdout().text()).isEqualTo("out in\n");
    assertThat(result.stderr().text()).isEqualTo("in\n");
    assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
  }

  @Test
  void streams_toFiles_areWrittenThere() throws Exception {
    Path out = directory.resolve("out");
    Path err = Files.writeString(directory.resolve("err"), "before\n");
    Result result = ended(c -> c.stdout(Stdio.file(out)).stderr(Stdio.append(err)));
    assertThat(out).hasContent("out in\n");
    assertThat(err).hasContent("before\nerr in\n");
    assertThat(result.stdout().totalBytes()).isZero();
  }

  @Test
  void streams_severalSinks_haveAllOfIt() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    Result result =
        ended(c ->
            c.stdout(
                    Stdio.capture(),
                    Stdio.stream(copy),
                    Stdio.lines(line -> lines.add(line.text())))
                .stderr(Stdio.toStdout()));
    assertThat(result.stdout().lines()).containsExactlyInAnyOrder("out in", "err in");
    assertThat(copy.toString(StandardCharsets.UTF_8)).isEqualTo(result.stdout().text());
    assertThat(lines).isEqualTo(result.stdout().lines());
  }

  @Test
  void streams_asPipes_areReadAndWrittenBesideMessages() throws Exception {
    Fork fork =
        Forked.node(SPEAK)
            .command(c -> c.stdin(Stdio.pipe()).stdout(Stdio.pipe()).stderr(Stdio.none()));
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child)).isEqualTo("message");
      child.child().stdin().println("one");
      assertThat(child.child().stdout().readLine()).isEqualTo("out one");
      child.child().stdin().println("two");
      assertThat(child.child().stdout().readLine()).isEqualTo("out two");
      child.child().stdin().close();
      assertThat(child.await()).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void directoryAndEnvironment_ofTheCommand_hold() throws Exception {
    String script = "process.send([process.cwd(), process.env.A])";
    Fork fork = Forked.node(script).command(c -> c.directory(directory).env("A", "b"));
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child)).isEqualTo(List.of(directory.toRealPath().toString(), "b"));
    }
  }

  @Test
  void deadline_ofTheCommand_holds() throws Exception {
    Fork fork = Forked.shell("exec sleep 1000").command(c -> c.deadline(Duration.ofMillis(300)));
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.await(Forked.LIMIT)).contains(new Exit.Signaled(Signal.TERM, false));
      assertThat(Forked.rest(child)).isEmpty();
    }
  }

  // Arguments -----------------------------------------------------------------------------------

  @Test
  void arguments_ofNode_areTheScriptsAndTheRuntimes() throws Exception {
    Path script = directory.resolve("with space.js");
    Files.writeString(script, "process.send([process.execArgv, process.argv.slice(1)])");
    Fork fork =
        Fork.node(script.toString(), "one", "two words")
            .runtimeArguments("--max-old-space-size=64", "--no-warnings")
            .arguments("", "ü");
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child))
          .isEqualTo(
              List.of(
                  List.of("--max-old-space-size=64", "--no-warnings"),
                  List.of(script.toString(), "one", "two words", "", "ü")));
    }
  }

  @Test
  void arguments_ofPython_areTheScriptsAndTheRuntimes() throws Exception {
    Path script = directory.resolve("script.py");
    Files.writeString(
        script,
        """
        import json, os, sys
        value = [sys.flags.dont_write_bytecode, sys.argv[1:]]
        os.write(int(os.environ["NODE_CHANNEL_FD"]), json.dumps(value).encode() + b"\\n")
        """);
    Fork fork = Fork.python(script.toString(), "one").runtimeArguments("-B").arguments("two");
    try (ForkedChild child = fork.spawn()) {
      assertThat(Forked.next(child)).isEqualTo(List.of(1, List.of("one", "two")));
    }
  }

  @Test
  void spawn_ofAProgramThatIsNotThere_failsWithItsName() {
    Fork fork = Fork.of(Command.of(directory.resolve("missing")));
    assertThatThrownBy(fork::spawn)
        .isInstanceOf(SpawnException.class)
        .hasMessageContaining("missing");
  }

  // Descriptors and environment -----------------------------------------------------------------

  @Test
  void channelAt5_behindTwoSockets_bothServe() throws Exception {
    String script =
        """
        const net = require('net');
        const listen = (fd) =>
          new Promise((done) => {
            const server = net.createServer((socket) => socket.end('from ' + fd));
            server.listen({ fd }, () => done(server));
          });
        const left = Object.keys(process.env).filter((n) => /^NODE_(CHANNEL|UNIQUE)/.test(n));
        Promise.all([listen(3), listen(4)]).then((servers) => {
          process.send({ fd: process.channel.fd, left });
          process.on('disconnect', () => servers.forEach((server) => server.close()));
        });
        """;
    InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
    try (Handle one = Handle.listen(any, 16);
        Handle two = Handle.listen(any, 16)) {
      SocketActivation sockets =
          SocketActivation.of(
              new NamedDescriptor("one", one.descriptor()),
              new NamedDescriptor("two", two.descriptor()));
      Fork fork = Forked.node(script).command(sockets::pass).channelAt(sockets.nextDescriptor());
      try (ForkedChild child = fork.spawn()) {
        assertThat(Forked.next(child)).isEqualTo(Map.of("fd", 5, "left", List.of()));
        assertThat(readFrom(one)).isEqualTo("from 3");
        assertThat(readFrom(two)).isEqualTo("from 4");
        child.disconnect();
        assertThat(child.await()).isEqualTo(new Exit.Exited(0));
      }
    }
  }

  private static String readFrom(Handle server) throws Exception {
    try (Handle client = Handle.connect(server.localAddress())) {
      return new String(client.input().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({"json, 3", "advanced, 6", "cbor, 4"})
  void nestedForks_ofAJavaChild_haveTheirOwnChannelAndNothingOfItsParents(
      String mode, int descriptor) throws Exception {
    Fork outer =
        Fork.of(ChildJvm.command(NestingProgram.class))
            .codec(Codec.named(mode))
            .channelAt(descriptor)
            .command(command -> command.env("NODE_UNIQUE_ID", "7"));
    try (ForkedChild child = outer.spawn()) {
      assertThat(Forked.next(child))
          .isEqualTo(Map.of("fd", 3, "argument", 1.5, "worker", false, "left", List.of()));
      assertThat(Forked.next(child)).isEqualTo("plain: 0");
      child.disconnect();
      assertThat(child.await(Forked.LIMIT)).contains(new Exit.Exited(0));
    }
  }

  @Test
  void children_ofAJavaChildThatNeverAsksForItsChannel_startWithoutOne() throws Exception {
    Fork outer =
        Fork.of(ChildJvm.command(UntouchedProgram.class))
            .command(command -> command.env("NODE_UNIQUE_ID", "7").stdout(Stdio.capture()));
    try (ForkedChild child = outer.spawn()) {
      Result result = child.child().result();
      assertThat(result.exit()).isEqualTo(new Exit.Exited(0));
      assertThat(result.stdout().lines()).containsExactly("undefined true 0", "undefined true 0");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1000, json, 'NODE_CHANNEL_FD is 1000, which is no open socket: another program has closed it'",
    "one, json, 'NODE_CHANNEL_FD is \"one\", not a descriptor'",
    "-1, json, 'NODE_CHANNEL_FD is -1, which is no open socket: another program has closed it'",
  })
  void parent_ofAProgramThatWasToldWrongly_isATypedErrorAtEachCall(
      String number, String mode, String problem) throws Exception {
    List<String> lines =
        ChildJvm.command(MisledProgram.class)
            .env("NODE_CHANNEL_FD", number)
            .env("NODE_CHANNEL_SERIALIZATION_MODE", mode)
            .textLines();
    assertThat(lines).containsExactly(problem, problem);
  }

  // Stop ----------------------------------------------------------------------------------------

  /** Logs what it is told, and obeys what is named in its first argument. */
  private static final String STUBBORN =
      """
      const obey = process.argv[1];
      const told = (what) => {
        console.log(what);
        if (what === obey) process.exit(0);
      };
      process.on('message', told);
      process.on('disconnect', () => told('disconnect'));
      process.on('SIGTERM', () => told('TERM'));
      setInterval(() => {}, 1000);
      process.send('ready');
      """;

  @ParameterizedTest
  @CsvSource({
    "message,    stop,       'stop',            ''",
    "message,    TERM,       'stop,TERM',       'SIGTERM'",
    "message,    nothing,    'stop,TERM',       'SIGTERM,SIGKILL'",
    "disconnect, disconnect, 'disconnect',      ''",
    "disconnect, TERM,       'disconnect,TERM', 'SIGTERM'",
    "disconnect, nothing,    'disconnect,TERM', 'SIGTERM,SIGKILL'",
  })
  void stop_goesOnlyAsFar_asItMust(String how, String obeys, String told, String signals)
      throws Exception {
    Fork fork =
        Forked.node(STUBBORN, obeys)
            .toldGrace(
                obeys.equals(how.equals("message") ? "stop" : how)
                    ? Forked.LIMIT
                    : Duration.ofSeconds(1))
            .command(command -> command.stdout(Stdio.capture()));
    try (ForkedChild child = (how.equals("message") ? fork.stopMessage("stop") : fork).spawn()) {
      assertThat(Forked.next(child)).isEqualTo("ready");
      // It has to hear SIGTERM, on a slow machine too; what it was told before it hears before.
      StopReport report = child.stop(obeys.equals("TERM") ? Forked.LIMIT : Duration.ofSeconds(4));

      assertThat(report.signals()).hasToString("[" + signals.replace(",", ", ") + "]");
      assertThat(report.survivors()).isEmpty();
      Result result = child.child().result();
      assertThat(result.stdout().trimmed().replace("\n", ",")).isEqualTo(told);
      assertThat(result.exit())
          .isEqualTo(
              signals.endsWith("KILL")
                  ? new Exit.Signaled(Signal.KILL, false)
                  : new Exit.Exited(0));
      assertThat(child.stop().alreadyEnded()).as("a second stop").isTrue();
    }
  }
}
