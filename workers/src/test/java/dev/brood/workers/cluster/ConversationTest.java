package dev.brood.workers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Sockets;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Node's recorded conversations, with the worker's lines played back. */
class ConversationTest {
  private static final String QUERY =
      "'act':'queryServer','index':%d,'data':null,'address':'127.0.0.1','port':0,'addressType':4,"
          + "'flags':0,'backlog':0,'seq':%d";
  private static final String KEY = "127.0.0.1:0:4:undefined:0";

  private Primary primary = new Primary(Policy.ROUND_ROBIN, Optional::of, 512);

  @AfterEach
  void close() {
    primary.close();
  }

  @Test
  void roundRobin_wholeConversation_isAsNodeHasIt() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying("'act':'online','seq':0");
      worker.saying(QUERY, 0, 1);
      JsonNode reply = worker.hear();
      int port = reply.at("/sockname/port").asInt();
      assertThat(reply.toString().replace("" + port, "PORT"))
          .isEqualTo(
              """
              {"cmd":"NODE_CLUSTER","ack":1,"seq":0,"key":"127.0.0.1:0:4:undefined:0","data":null,\
              "errno":null,"sockname":{"address":"127.0.0.1","family":"IPv4","port":PORT}}\
              """);
      worker.saying("'act':'listening','address':'127.0.0.1','port':%d,'addressType':4", port);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        JsonNode connection = worker.hear();
        assertThat(connection.toString())
            .isEqualTo(
                """
                {"cmd":"NODE_HANDLE","type":"net.Native","msg":{"cmd":"NODE_CLUSTER",\
                "act":"newconn","key":"127.0.0.1:0:4:undefined:0","seq":1}}\
                """);
        worker.say("{'cmd':'NODE_HANDLE_ACK'}");
        worker.saying("'ack':1,'accepted':true,'seq':3");
        int descriptor = worker.takeDescriptor();
        assertThat(Sockets.peerAddress(descriptor)).isEqualTo(client.getLocalSocketAddress());
        assertThat(Descriptors.isNonBlocking(descriptor)).isTrue();
        Descriptors.close(descriptor);
        assertThat(client.getInputStream().read()).as("our copy is closed too").isEqualTo(-1);
      }
      primary.disconnect(worker.member);
      assertThat(worker.hear().toString())
          .isEqualTo("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"disconnect\",\"seq\":2}");
      worker.saying("'act':'close','key':'" + KEY + "','seq':4");
      assertThat(worker.told).containsExactly("online", "listening 127.0.0.1:" + port);
    }
  }

  @Test
  void shared_query_isAnsweredWithTheListeningSocket() throws Exception {
    primary = new Primary(Policy.SHARED, Optional::of, 512);
    try (FakeWorker first = new FakeWorker(primary, 1);
        FakeWorker second = new FakeWorker(primary, 2)) {
      int one = shared(first);
      int two = shared(second);
      assertThat(Sockets.isListening(one)).isEqualTo(1);
      assertThat(Descriptors.isNonBlocking(one)).isTrue();
      assertThat(Sockets.localAddress(two)).isEqualTo(Sockets.localAddress(one));
      Descriptors.close(one);
      Descriptors.close(two);
    }
  }

  @Test
  void query_ofUdp_isAnsweredWithTheSocketUnderEitherPolicy() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(
          "'act':'queryServer','index':0,'data':null,'address':'127.0.0.1','port':0,"
              + "'addressType':'udp4','fd':-1,'flags':0,'seq':1");
      JsonNode envelope = worker.hear();
      worker.say("{'cmd':'NODE_HANDLE_ACK'}");
      assertThat(envelope.path("type").asString()).isEqualTo("dgram.Native");
      assertThat(envelope.path("msg").path("key").asString()).isEqualTo("127.0.0.1:0:udp4:-1:0");
      int descriptor = worker.takeDescriptor();
      assertThat(Sockets.type(descriptor)).isEqualTo(Sockets.SOCK_DGRAM);
      Descriptors.close(descriptor);
    }
  }

  @Test
  void query_withData_getsTheDataOfTheFirstWorker() throws Exception {
    try (FakeWorker first = new FakeWorker(primary, 1);
        FakeWorker second = new FakeWorker(primary, 2)) {
      String query = QUERY.replace("'data':null", "'data':{'ticketKeys':'%s'}");
      first.saying(query.formatted(0, "aa", 1));
      assertThat(first.hear().at("/data/ticketKeys").asString()).isEqualTo("aa");
      second.saying(query.formatted(0, "bb", 1));
      assertThat(second.hear().at("/data/ticketKeys").asString()).isEqualTo("aa");
    }
  }

  @Test
  void query_takenPort_isAnsweredWithTheNegativeErrnoAndMayBeTriedAgain() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      String host = "127.77.3.9"; // of this machine, and nobody else takes a port of it
      int port;
      String query;
      try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(host))) {
        port = taken.getLocalPort();
        query = QUERY.replace("127.0.0.1", host).replace("'port':0", "'port':" + port);
        worker.saying(query, 0, 1);
        JsonNode reply = worker.hear();
        assertThat(reply.path("errno").asInt()).isEqualTo(-98);
        assertThat(reply.has("sockname")).isFalse();
        assertThat(reply.path("ack").asInt()).isEqualTo(1);
      }
      worker.saying(query, 0, 2);
      assertThat(worker.hear().at("/sockname/port").asInt()).isEqualTo(port);
      assertThat(worker.told).containsExactly("failed " + host + ":" + port + " 98");
    }
  }

  @Test
  void query_secondListenOfOneWorker_isASocketOfItsOwn() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(QUERY, 0, 1);
      int first = worker.hear().at("/sockname/port").asInt();
      worker.saying(QUERY, 1, 2);
      JsonNode second = worker.hear();
      assertThat(second.path("key").asString()).isEqualTo("127.0.0.1:0:4:undefined:1");
      assertThat(second.at("/sockname/port").asInt()).isNotEqualTo(first);
    }
  }

  @Test
  void query_ofAnAddressThatIsRefused_isAnsweredWithEacces() throws Exception {
    primary = new Primary(Policy.ROUND_ROBIN, address -> Optional.empty(), 512);
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(QUERY, 0, 1);
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-13);
    }
  }

  @Test
  void query_ofNonsense_isAnsweredWithEinval() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying("'act':'queryServer','address':7,'port':'x','seq':5");
      JsonNode reply = worker.hear();
      assertThat(reply.path("errno").asInt()).isEqualTo(-22);
      assertThat(reply.path("ack").asInt()).isEqualTo(5);
    }
  }

  @Test
  void query_ofADescriptorThatIsNoSocket_isAnsweredWithAnError() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(
          "'act':'queryServer','index':0,'data':null,'address':null,'port':null,"
              + "'addressType':null,'fd':%d,'seq':1",
          0);
      assertThat(worker.hear().path("errno").asInt()).isNegative();
      worker.saying(
          "'act':'queryServer','index':0,'data':null,'address':null,'port':null,"
              + "'addressType':null,'fd':%d,'seq':2",
          60_000);
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-9);
    }
  }

  @Test
  void query_ofADatagramSocketOfUnix_isAnsweredWithEinval() throws Exception {
    int[] ends = new int[2];
    assertThat(Sockets.pair(Sockets.SOCK_DGRAM, ends)).isZero();
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(
          "'act':'queryServer','index':0,'data':null,'address':null,'port':null,"
              + "'addressType':'udp4','fd':%d,'flags':null,'seq':1",
          ends[0]);
      assertThat(worker.hear().path("errno").asInt()).as("it would end a Node peer").isEqualTo(-22);
    } finally {
      Descriptors.close(ends[0]);
      Descriptors.close(ends[1]);
    }
  }

  @Test
  void connection_thatAWorkerRefuses_isOfferedToTheOther() throws Exception {
    try (FakeWorker first = new FakeWorker(primary, 1);
        FakeWorker second = new FakeWorker(primary, 2)) {
      int port = roundRobin(first);
      assertThat(roundRobin(second)).isEqualTo(port);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        first.answer(first.hearConnection(), false);
        second.answer(second.hearConnection(), true);
        int descriptor = second.takeDescriptor();
        assertThat(Sockets.peerAddress(descriptor)).isEqualTo(client.getLocalSocketAddress());
        Descriptors.close(descriptor);
      }
    }
  }

  @Test
  void connection_thatTheOnlyWorkerRefuses_isOfferedAgainAndAgain() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(client.isConnected()).isTrue();
        for (int i = 0; i < 4; i++) {
          worker.answer(worker.hearConnection(), false);
        }
        worker.answer(worker.hearConnection(), true);
      }
    }
  }

  @Test
  void connection_whoseWorkerDiesUnanswered_isOfferedToTheOther() throws Exception {
    try (FakeWorker second = new FakeWorker(primary, 2)) {
      int port;
      Socket client;
      try (FakeWorker first = new FakeWorker(primary, 1)) {
        port = roundRobin(first);
        client = new Socket(InetAddress.getLoopbackAddress(), port);
        first.hearConnection().isEmpty();
        assertThat(roundRobin(second)).isEqualTo(port);
      }
      second.answer(second.hearConnection(), true);
      int descriptor = second.takeDescriptor();
      assertThat(Sockets.peerAddress(descriptor)).isEqualTo(client.getLocalSocketAddress());
      Descriptors.close(descriptor);
      client.close();
    }
  }

  @Test
  void connection_whoseLastWorkerDiesUnanswered_isClosed() throws Exception {
    Socket client;
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      client = new Socket(InetAddress.getLoopbackAddress(), roundRobin(worker));
      worker.hearConnection().isEmpty();
    }
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    client.close();
  }

  @Test
  void connection_duringAHold_waitsForTheWorkerThatComes() throws Exception {
    Socket client;
    int port;
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      port = roundRobin(worker);
      client = new Socket(InetAddress.getLoopbackAddress(), port);
      worker.hearConnection().isEmpty();
      primary.hold();
    }
    try (FakeWorker next = new FakeWorker(primary, 2)) {
      assertThat(roundRobin(next)).isEqualTo(port);
      next.answer(next.hearConnection(), true);
      primary.release();
      next.hearsNothing();
    }
    client.close();
  }

  @Test
  void workers_insideOneRound_getOneConnectionEach() throws Exception {
    try (FakeWorker first = new FakeWorker(primary, 1);
        FakeWorker second = new FakeWorker(primary, 2)) {
      int port = roundRobin(first);
      assertThat(roundRobin(second)).isEqualTo(port);
      try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket two = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket three = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(one.isConnected() && two.isConnected() && three.isConnected()).isTrue();
        JsonNode offered = first.hearConnection();
        second.answer(second.hearConnection(), true);
        second.answer(second.hearConnection(), true);
        first.answer(offered, true);
      }
    }
  }

  @Test
  void retiredWorker_getsNothingMoreButHasItsAnswersHeard() throws Exception {
    try (FakeWorker old = new FakeWorker(primary, 1);
        FakeWorker young = new FakeWorker(primary, 2)) {
      int port = roundRobin(old);
      assertThat(roundRobin(young)).isEqualTo(port);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(client.isConnected()).isTrue();
        JsonNode offered = old.hearConnection();
        primary.retire(old.member);
        old.saying(QUERY, 0, 8); // one that goes gets no answer
        old.answer(offered, false);
        young.answer(young.hearConnection(), true);
      }
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(client.isConnected()).isTrue();
        young.answer(young.hearConnection(), true);
      }
      old.hearsNothing();
    }
  }

  @Test
  void close_ofTheLastWorker_closesTheSocket() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      worker.saying("'act':'close','key':'" + KEY + "','seq':2");
      Facts.await("refused", () -> isRefused(port));
    }
  }

  @Test
  void close_ofAUnixSocket_removesItsFile(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("socket");
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying(
          "'act':'queryServer','index':0,'data':null,'address':'%s','port':-1,'addressType':-1,"
              + "'backlog':0,'writableAll':true,'seq':1",
          path);
      JsonNode reply = worker.hear();
      assertThat(reply.path("errno").isNull()).isTrue();
      assertThat(reply.has("sockname")).isFalse();
      assertThat(Files.getPosixFilePermissions(path).toString()).contains("OTHERS_WRITE");
      worker.saying("'act':'close','key':'%s','seq':2", path + ":-1:-1:undefined:0");
      Facts.await("removed", () -> !Files.exists(path));
    }
  }

  @Test
  void leaving_byItself_isAnsweredAndUnknownActsAreIgnored() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      worker.saying("'act':'newerThanUs','seq':1");
      worker.saying("'ack':12345,'seq':2");
      worker.saying("'act':7,'seq':3");
      worker.saying("'act':'exitedAfterDisconnect','seq':4");
      assertThat(worker.hear().path("ack").asInt()).isEqualTo(4);
      assertThat(worker.told).containsExactly("leaving");
    }
  }

  @Test
  void waitingConnections_beyondTheLimit_stayInTheKernel() throws Exception {
    primary = new Primary(Policy.ROUND_ROBIN, Optional::of, 2);
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      Socket[] clients = new Socket[8];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = new Socket(InetAddress.getLoopbackAddress(), port);
      }
      JsonNode offered = worker.hearConnection();
      // One is offered, and has a second descriptor at the worker's end; two wait.
      Facts.await("two wait besides", () -> accepted(port) == 4);
      for (int i = 0; i < clients.length; i++) {
        worker.answer(offered, true);
        Descriptors.close(worker.takeDescriptor());
        offered = i + 1 < clients.length ? worker.hearConnection() : offered;
      }
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void close_whileThereIsNoRoomForMore_endsTheAccepting() throws Exception {
    primary = new Primary(Policy.ROUND_ROBIN, Optional::of, 1);
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket two = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(one.isConnected() && two.isConnected()).isTrue();
        worker.hearConnection().isEmpty(); // and is not answered: the second one waits
        RoundRobin point = worker.member.offers.values().iterator().next().from();
        Facts.await("the second one waits", () -> point.waitingCount() == 1);
        FutureTask<Boolean> room = new FutureTask<>(() -> primary.awaitRoom(point));
        Thread accepting = Thread.ofPlatform().daemon().start(room);
        Facts.await("it waits", () -> accepting.getState() == Thread.State.WAITING);
        primary.close();
        assertThat(room.get(30, TimeUnit.SECONDS)).isFalse();
      }
    }
  }

  @Test
  void acceptedConnections_always_areClosedInProgramsThatAreStarted() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(client.isConnected()).isTrue();
        JsonNode offered = worker.hearConnection();
        List<Integer> numbers = acceptedOf(port).boxed().toList();
        assertThat(numbers).hasSize(2);
        for (int number : numbers) {
          String flags = Files.readString(Path.of("/proc/self/fdinfo/" + number));
          assertThat(flags).containsPattern("flags:\\s+0?2004002"); // CLOEXEC, NONBLOCK, RDWR
        }
        worker.answer(offered, true);
      }
    }
  }

  @Test
  void worker_thatAsksForNonsense_isAnsweredAndLosesNothing() throws Exception {
    try (FakeWorker worker = new FakeWorker(primary, 1)) {
      int port = roundRobin(worker);
      worker.saying("'act':'queryServer','port':70000,'addressType':4,'seq':{'a':[]}");
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-22);
      worker.saying("'act':'queryServer','address':'a\\u0000b','addressType':-1,'seq':2");
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-22);
      worker.saying("'act':'queryServer','address':'::1','port':-5,'addressType':'udp6','seq':3");
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-22);
      worker.saying(
          "'act':'queryServer','address':'/%s','addressType':-1,'seq':4", "x".repeat(200));
      assertThat(worker.hear().path("errno").asInt()).isEqualTo(-36);
      worker.saying("'act':'close','key':{},'seq':5");
      worker.saying("'act':'listening','address':9,'port':[],'seq':6");
      worker.saying("'ack':0.5,'accepted':'yes','seq':7");
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(client.isConnected()).isTrue();
        worker.answer(worker.hearConnection(), true);
      }
    }
  }

  /** How many descriptors of this process are accepted connections of a port. */
  private static long accepted(int port) {
    return acceptedOf(port).count();
  }

  private static IntStream acceptedOf(int port) {
    String[] numbers = new File("/proc/self/fd").list();
    return Stream.of(numbers == null ? new String[0] : numbers)
        .mapToInt(Integer::parseInt)
        .filter(number -> Sockets.type(number) == Sockets.SOCK_STREAM)
        .filter(number -> Sockets.isListening(number) == 0)
        .filter(number -> {
          InetSocketAddress local = Binding.localAddress(number);
          return local != null && local.getPort() == port;
        });
  }

  private static int roundRobin(FakeWorker worker) throws Exception {
    worker.saying(QUERY, 0, 1);
    return worker.hear().at("/sockname/port").asInt();
  }

  private static int shared(FakeWorker worker) throws Exception {
    worker.saying(QUERY, 0, 1);
    JsonNode envelope = worker.hear();
    worker.say("{'cmd':'NODE_HANDLE_ACK'}");
    assertThat(envelope.path("type").asString()).isEqualTo("net.Native");
    JsonNode reply = envelope.path("msg");
    assertThat(reply.path("errno").asInt(-1)).isZero();
    assertThat(reply.path("key").asString()).isEqualTo(KEY);
    return worker.takeDescriptor();
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }
}
