package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unchanged Node servers as workers. */
class ServersProcessTest {
  private final List<ClusterWorker> hanging = new CopyOnWriteArrayList<>();

  /** Which {@code node} it is. */
  Command runtime(Command command) {
    return command;
  }

  final Fork node(String script, String... arguments) {
    return Scripts.node(script, arguments).command(this::runtime);
  }

  final Cluster http() {
    return Cluster.of(node("http.js")).workers(3);
  }

  @Test
  void roundRobin_threeWorkers_serveInTurn() throws Exception {
    try (RunningCluster cluster = http().start()) {
      int port = Facts.port(cluster);
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        String answer = HttpConnection.get(port, "/");
        answers.add(answer);
        awaitFree(cluster.worker(answer.charAt(0) - '0').orElseThrow());
      }
      assertThat(answers.subList(0, 3)).doesNotHaveDuplicates();
      assertThat(answers.subList(3, 6)).isEqualTo(answers.subList(0, 3));
      assertThat(answers.subList(6, 9)).isEqualTo(answers.subList(0, 3));
    }
  }

  /** A worker is free again when its acceptance has arrived, which may be after its answer. */
  private static void awaitFree(ClusterWorker worker) throws Exception {
    worker.send("who");
    assertThat(worker.receive(Facts.LIMIT)).isPresent(); // sent after it, so read after it
  }

  @ParameterizedTest
  @EnumSource
  void manyConnectionsAtOnce_underEachPolicy_areAllServed(Policy policy) throws Exception {
    try (RunningCluster cluster = http().policy(policy).start()) {
      int port = Facts.port(cluster);
      assertThat(cluster.workers())
          .allSatisfy(worker ->
              assertThat(worker.addresses())
                  .containsExactly(new ListenAddress.Tcp("127.0.0.1", port)));
      assertThat(together(300, () -> HttpConnection.get(port, "/"))).hasSizeGreaterThan(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced"})
  void workers_ofEachCodecOfNode_servAndHaveOrdinaryMessages(String codec) throws Exception {
    Codec chosen = codec.equals("json") ? Codec.JSON : Codec.ADVANCED;
    Fork fork = node("http.js").codec(chosen);
    for (Policy policy : Policy.values()) {
      try (RunningCluster cluster = Cluster.of(fork).workers(2).policy(policy).start()) {
        int port = Facts.port(cluster);
        assertThat(HttpConnection.get(port, "/")).endsWith(" one");
        ClusterWorker worker = cluster.worker(2).orElseThrow();
        worker.send("who");
        assertThat(worker.receive(Facts.LIMIT).orElseThrow().tree().toString())
            .isEqualTo("{\"id\":2,\"uniqueId\":null}");
        assertThat(cluster.stop(Facts.LIMIT).graceful()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void unixPath_underEachPolicy_isServedAndRemoved(Policy policy, @TempDir Path directory)
      throws Exception {
    Path path = directory.resolve("s");
    Fork fork = node("listens.js", "{\"path\":\"" + path + "\"}");
    try (RunningCluster cluster = Cluster.of(fork).workers(2).policy(policy).start()) {
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      assertThat(cluster.workers().getFirst().addresses())
          .containsExactly(new ListenAddress.UnixPath(path.toString()));
      Set<String> answers =
          together(
              60,
              () -> {
                try (HttpConnection one = HttpConnection.to(UnixDomainSocketAddress.of(path))) {
                  return one.get("/", false);
                }
              });
      assertThat(answers).isSubsetOf("1 1", "2 1").isNotEmpty();
    }
    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void udp_underEachPolicy_isOneCommonSocket(Policy policy) throws Exception {
    Cluster description = Cluster.of(node("udp.js")).workers(2).policy(policy);
    try (RunningCluster cluster = description.start();
        DatagramSocket client = new DatagramSocket()) {
      int port = Facts.port(cluster);
      assertThat(cluster.workers().getLast().addresses())
          .containsExactly(new ListenAddress.Udp("127.0.0.1", port));
      assertThat(askByDatagram(client, port)).matches("[12]:hello");
    }
  }

  @Test
  void listen_onATakenPort_failsInTheWorkerAsInNode() throws Exception {
    List<ClusterEvent> events = Facts.events();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String wish = "{\"host\":\"127.0.0.1\",\"port\":" + taken.getLocalPort() + "}";
      Fork fork = node("listens.js", wish);
      try (RunningCluster cluster = Cluster.of(fork).workers(1).onEvent(events::add).start()) {
        ClusterWorker worker = cluster.workers().getFirst();
        assertThat(worker.receive(Facts.LIMIT).orElseThrow().tree().toString())
            .isEqualTo("[{\"code\":\"EADDRINUSE\",\"errno\":-98,\"syscall\":\"bind\"}]");
        ClusterEvent failed =
            new ClusterEvent.ListenFailed(
                worker, new ListenAddress.Tcp("127.0.0.1", taken.getLocalPort()), 98);
        Facts.await("it is told", () -> events.contains(failed));
      }
    }
  }

  @Test
  void listen_severalTimes_isWhatTheWorkerAskedFor() throws Exception {
    Fork fork =
        node(
            "listens.js",
            "{\"port\":0}",
            "{\"port\":0}",
            "{\"port\":0,\"host\":\"127.0.0.1\",\"exclusive\":true}",
            "{\"port\":0,\"host\":\"256.0.0.1\"}",
            "{\"fd\":0}");
    try (RunningCluster cluster = Cluster.of(fork).workers(2).start()) {
      List<String> texts = new ArrayList<>();
      for (ClusterWorker worker : cluster.workers()) {
        texts.add(worker.receive(Facts.LIMIT).orElseThrow().tree().toString());
      }
      var one = tools.jackson.databind.json.JsonMapper.shared().readTree(texts.get(0));
      var two = tools.jackson.databind.json.JsonMapper.shared().readTree(texts.get(1));
      assertThat(one.get(0)).as("the first is common").isEqualTo(two.get(0));
      assertThat(one.get(1)).as("the second too").isEqualTo(two.get(1));
      assertThat(one.get(1)).as("but another").isNotEqualTo(one.get(0));
      assertThat(one.get(2)).as("exclusive is not").isNotEqualTo(two.get(2));
      assertThat(one.get(3).path("code").asString()).isIn("ENOTFOUND", "EAI_AGAIN", "EINVAL");
      assertThat(one.get(4).path("code").asString()).as("no socket").isIn("EINVAL", "ENOTSOCK");
      assertThat(cluster.workers().getFirst().addresses()).hasSize(2);
      int port = one.get(0).path("port").asInt();
      assertThat(together(20, () -> HttpConnection.get(port, "/"))).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void listen_onADescriptorOfThePrimary_servesAndLeavesItOpen(Policy policy) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Handle own = Handle.listen(any, 511)) {
      int port = ((InetSocketAddress) own.localAddress()).getPort();
      Fork fork = node("listens.js", "{\"fd\":" + own.descriptor() + "}");
      try (RunningCluster cluster = Cluster.of(fork).workers(2).policy(policy).start()) {
        for (ClusterWorker worker : cluster.workers()) {
          Message report = worker.receive(Facts.LIMIT).orElseThrow();
          assertThat(report.tree().at("/0/port").asInt())
              .as(report.tree().toString())
              .isEqualTo(port);
          // Its own report may overtake the news of the cluster.
          ListenAddress given = new ListenAddress.Descriptor(own.descriptor());
          Facts.await("listens at " + given, () -> worker.addresses().equals(List.of(given)));
        }
        assertThat(together(60, () -> HttpConnection.get(port, "/"))).isSubsetOf("1 1", "2 1");
      }
      try (Handle client = Handle.connect(own.localAddress());
          Handle accepted = own.accept(Facts.LIMIT).orElseThrow()) {
        assertThat(accepted.peerAddress()).isEqualTo(client.localAddress());
      }
    }
  }

  @Test
  void bind_onADatagramDescriptorOfThePrimary_isThatSocket() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Handle own = Handle.datagram(any);
        DatagramSocket client = new DatagramSocket()) {
      Fork fork = node("udp.js", "{\"fd\":" + own.descriptor() + "}");
      try (RunningCluster cluster = Cluster.of(fork).workers(2).start()) {
        assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
        assertThat(cluster.workers().getLast().addresses())
            .containsExactly(new ListenAddress.Descriptor(own.descriptor()));
        int port = ((InetSocketAddress) own.localAddress()).getPort();
        assertThat(askByDatagram(client, port)).matches("[12]:hello");
      }
    }
  }

  @Test
  void listen_whereTheDecisionSays_isServedThere(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("instead");
    Cluster description =
        Cluster.of(node("listens.js", "{\"path\":\"/elsewhere\"}"))
            .workers(1)
            .listening(asked -> Optional.of(new ListenAddress.UnixPath(path.toString())));
    try (RunningCluster cluster = description.start()) {
      assertThat(cluster.awaitReady(Facts.LIMIT)).isTrue();
      try (HttpConnection one = HttpConnection.to(UnixDomainSocketAddress.of(path))) {
        assertThat(one.get("/", false)).isEqualTo("1 1");
      }
    }
  }

  @Test
  void tlsServers_withTickets_resumeSessionsOfEachOther(@TempDir Path directory) throws Exception {
    Path key = directory.resolve("key.pem");
    Path certificate = directory.resolve("certificate.pem");
    Command.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        .args("-nodes", "-subj", "/CN=localhost", "-days", "2")
        .args("-keyout", key.toString(), "-out", certificate.toString())
        .text();
    Fork fork = node("tls.js", key.toString(), certificate.toString());
    try (RunningCluster cluster = Cluster.of(fork).workers(2).start()) {
      int port = Facts.port(cluster);
      List<String> answers =
          runtime(Command.of("node", Scripts.path("tls-client.js").toString(), "" + port, "5"))
              .textLines();
      assertThat(answers).hasSize(5);
      assertThat(answers.getFirst()).endsWith("false");
      assertThat(answers.subList(1, 5)).allMatch(answer -> answer.endsWith("true"));
      // The next in turn, even if the first has not been heard to have taken its connection yet.
      assertThat(answers.get(1).charAt(0)).as("the other").isNotEqualTo(answers.get(0).charAt(0));
    }
  }

  @Test
  void worker_thatRefusesConnections_getsThemWhenItHasRoom() throws Exception {
    try (RunningCluster cluster = Cluster.of(node("busy.js")).workers(2).start()) {
      int port = Facts.port(cluster);
      assertThat(together(30, () -> HttpConnection.get(port, "/"))).containsExactly("1", "2");
    }
  }

  @Test
  void worker_killedWhileItHangs_losesNoConnectionThatItHadNotTaken() throws Exception {
    Cluster description = http().workers(2).onMessage((worker, message) -> hanging.add(worker));
    try (RunningCluster cluster = description.start();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      int port = Facts.port(cluster);
      try (HttpConnection spinning = HttpConnection.to(port)) {
        spinning.ask("/spin", false);
        List<Future<String>> answers = new ArrayList<>();
        ClusterWorker victim = hanging();
        for (int i = 0; i < 20; i++) {
          answers.add(threads.submit(() -> HttpConnection.get(port, "/")));
        }
        Facts.await("all but one are served", () -> open(answers) == 1);
        assertThat(victim.child().child().kill().forced()).isTrue();
        for (Future<String> answer : answers) {
          assertThat(answer.get()).isEqualTo((3 - victim.id()) + " one");
        }
        assertThat(victim.exitedAfterDisconnect()).isFalse();
      }
    }
  }

  @Test
  void onlyWorker_killedWhileItHangs_losesNoConnectionIfItIsRestarted() throws Exception {
    Cluster description =
        http()
            .workers(1)
            .onMessage((worker, message) -> hanging.add(worker))
            .restartLimit(3, Duration.ofMinutes(5));
    try (RunningCluster cluster = description.start();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      int port = Facts.port(cluster);
      try (HttpConnection spinning = HttpConnection.to(port)) {
        spinning.ask("/spin", false);
        ClusterWorker victim = hanging();
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          answers.add(threads.submit(() -> HttpConnection.get(port, "/")));
        }
        assertThat(victim.child().child().kill().forced()).isTrue();
        for (Future<String> answer : answers) {
          assertThat(answer.get()).isEqualTo("2 one");
        }
        assertThat(victim.exit().orElseThrow()).isInstanceOf(Exit.Signaled.class);
      }
    }
  }

  @Test
  void close_always_leavesNothingThatListens() throws Exception {
    String host = "127.77.3.8"; // of this machine, and nobody else takes a port of it
    Fork fork = node("http.js").command(command -> command.env("HOST", host));
    int port;
    try (RunningCluster cluster = Cluster.of(fork).workers(3).start()) {
      port = Facts.port(cluster);
    }
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      assertThat(free.getLocalPort()).isEqualTo(port);
    }
  }

  /** The worker that has said that its event loop does not run any more. */
  private ClusterWorker hanging() {
    Facts.await("a worker hangs", () -> !hanging.isEmpty());
    return hanging.getFirst();
  }

  private static long open(List<Future<String>> answers) {
    return answers.stream().filter(answer -> !answer.isDone()).count();
  }

  private static String askByDatagram(DatagramSocket client, int port) throws IOException {
    client.setSoTimeout((int) Facts.LIMIT.toMillis());
    byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
    client.send(new DatagramPacket(text, text.length, InetAddress.getLoopbackAddress(), port));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
  }

  /** The different answers of many calls at once. */
  private static Set<String> together(int count, Callable<String> call) throws Exception {
    Set<String> different = new TreeSet<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<String>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        calls.add(threads.submit(call));
      }
      for (Future<String> each : calls) {
        different.add(each.get());
      }
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IOException("one of " + count + " was not served", e.getCause());
    }
    return different;
  }
}
