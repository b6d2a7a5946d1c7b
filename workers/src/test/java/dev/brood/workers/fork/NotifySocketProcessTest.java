package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.workers.channel.HandleException;
import dev.brood.workers.fork.Notification.MainPid;
import dev.brood.workers.fork.Notification.Ready;
import dev.brood.workers.fork.Notification.Status;
import dev.brood.workers.fork.Notification.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifySocketProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Exit DONE = new Exit.Exited(0);

  private final List<Notification> seen = new CopyOnWriteArrayList<>();

  @Test
  void notification_ofAPythonChild_arrivesTypedWithItsSender() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add);
        Child child =
            socket
                .pass(NotifyClient.command("notify('STATUS=on the way\\nREADY=1\\nMAINPID=42')"))
                .spawn()) {
      assertThat(child.await()).isEqualTo(DONE);
      assertThat(socket.drain(LIMIT)).isTrue();
      assertThat(seen)
          .hasSize(3)
          .extracting(each -> (long) each.sender().pid())
          .containsOnly(child.pid());
      assertThat(seen.get(0)).isInstanceOf(MainPid.class);
      assertThat(seen.get(1)).isInstanceOf(Status.class);
      assertThat(seen.get(2)).isInstanceOf(Ready.class);
    }
  }

  @Test
  void systemdNotify_readyAndStatus_returnsAtOnceBecauseItsBarrierIsClosed() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/systemd-notify")),
        "SKIPPED: systemd-notify is not installed (Debian package systemd)");
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      Result result =
          socket.pass(Command.of("systemd-notify", "--ready", "--status=warm")).capture();
      assertThat(result.exit()).isEqualTo(DONE);
      assertThat(seen).hasSize(2).hasAtLeastOneElementOfType(Ready.class);
      assertThat(seen)
          .filteredOn(Status.class::isInstance)
          .allSatisfy(each -> assertThat(((Status) each).text()).isEqualTo("warm"));
    }
  }

  @Test
  void barrier_afterOthers_isReleasedWhenTheyAreHandled(@TempDir Path directory) throws Exception {
    Path mark = directory.resolve("handled");
    try (NotifySocket socket = NotifySocket.open(each -> write(mark))) {
      Result result =
          socket
              .pass(
                  NotifyClient.command(
                      "notify('READY=1'); print(barrier(), os.path.exists(sys.argv[1]))",
                      mark.toString()))
              .capture();
      assertThat(result.stdout().trimmed()).isEqualTo("closed True");
    }
  }

  @Test
  void shell_startingPython_isHeard() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String line = "python3 -c \"$1\" && echo told";
      Command shell =
          Command.of("sh", "-c", line, "sh", NotifyClient.script("notify('READY=1'); barrier()"));
      assertThat(socket.pass(shell).text()).isEqualTo("told");
      assertThat(seen).hasOnlyElementsOfType(Ready.class).hasSize(1);
    }
  }

  @Test
  void descriptor_notToBeStored_isClosed() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script =
          """
          ours, theirs = os.pipe()
          notify('STATUS=x', theirs, theirs)
          os.close(theirs)
          print(closed(ours))
          """;
      assertThat(NotifyClient.run(socket, script).stdout().trimmed()).isEqualTo("closed");
      assertThat(socket.storedCount()).isZero();
    }
  }

  @Test
  void nonsense_isCountedAndDoesNoHarm() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script =
          """
          notify('STATUS=' + 'x' * 5000)
          notify(b'READY=1\\0STATUS=x')
          notify('nonsense', 0)
          notify('BARRIER=1')
          notify('FDSTORE=1')
          notify(b'\\xff\\xfe')
          notify('READY=1')
          """;
      assertThat(NotifyClient.run(socket, script).exit()).isEqualTo(DONE);
      assertThat(seen).hasOnlyElementsOfType(Ready.class).hasSize(1);
      assertThat(socket.malformed()).isEqualTo(6);
    }
  }

  @Test
  void handler_thatThrows_isCalledAgain() throws Exception {
    try (NotifySocket socket =
        NotifySocket.open(each -> {
          seen.add(each);
          throw new IllegalStateException("by the test");
        })) {
      assertThat(NotifyClient.run(socket, "notify('READY=1'); notify('STOPPING=1')").exit())
          .isEqualTo(DONE);
      assertThat(seen).hasSize(2);
    }
  }

  @Test
  void store_fullOrGivenTheSameTwice_keepsWhatFits() throws Exception {
    try (NotifySocket socket = NotifySocket.open(NotifyOptions.DEFAULT.storeLimit(2), seen::add)) {
      String script =
          """
          ours, theirs = os.pipe()
          notify('FDSTORE=1\\nFDNAME=a', ours)
          notify('FDSTORE=1\\nFDNAME=a', ours)
          notify('FDSTORE=1', theirs, out.fileno())
          """;
      assertThat(NotifyClient.run(socket, script).exit()).isEqualTo(DONE);
      assertThat(seen)
          .extracting(each -> describe((Stored) each))
          .containsExactly("a 1 0", "a 0 0", "stored 1 1");
    }
  }

  @Test
  void storedDescriptor_whoseOtherSideHangsUp_isDroppedUnlessAskedNotTo() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script =
          """
          kept, one = os.pipe()
          dropped, other = os.pipe()
          notify('FDSTORE=1\\nFDNAME=kept\\nFDPOLL=0', kept)
          notify('FDSTORE=1\\nFDNAME=dropped', dropped)
          file = os.open('/dev/null', os.O_RDONLY)
          notify('FDSTORE=1\\nFDNAME=file', file)
          """;
      assertThat(NotifyClient.run(socket, script).exit()).isEqualTo(DONE);
      await(() -> socket.storedCount() == 2); // both writers ended with the child
      List<NamedDescriptor> stored = socket.storedDescriptors();
      stored.forEach(NamedDescriptor::close);
      assertThat(stored).extracting(NamedDescriptor::name).containsExactly("kept", "file");
    }
  }

  @Test
  void storedDescriptors_removedByName_areClosed() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script =
          """
          ours, theirs = os.pipe()
          notify('FDSTORE=1\\nFDNAME=p', theirs)
          os.close(theirs)
          notify('FDSTOREREMOVE=1\\nFDNAME=p')
          print(closed(ours))
          """;
      assertThat(NotifyClient.run(socket, script).stdout().trimmed()).isEqualTo("closed");
      assertThat(seen.getLast())
          .isInstanceOfSatisfying(
              Notification.StoreRemoved.class, each -> assertThat(each.count()).isEqualTo(1));
    }
  }

  @Test
  void path_asAddress_isPrivateAndRemovedAtTheEnd(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("notify.sock");
    NotifyOptions options = NotifyOptions.DEFAULT.path(file);
    try (NotifySocket socket = NotifySocket.open(options, seen::add)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(socket.environment()).containsEntry("NOTIFY_SOCKET", file.toString());
      assertThatThrownBy(() -> NotifySocket.open(options, seen::add))
          .isInstanceOf(HandleException.class)
          .hasMessageContaining("EADDRINUSE");
      assertThat(NotifyClient.run(socket, "notify('READY=1')").exit()).isEqualTo(DONE);
      assertThat(seen).hasSize(1);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void path_tooLong_isAnError(@TempDir Path directory) {
    NotifyOptions options = NotifyOptions.DEFAULT.path(directory.resolve("x".repeat(108)));
    assertThatThrownBy(() -> NotifySocket.open(options, seen::add))
        .isInstanceOf(HandleException.class)
        .hasMessageContaining("ENAMETOOLONG");
  }

  @Test
  void watchdog_ofTheOptions_isToldToTheChild() throws Exception {
    NotifyOptions options = NotifyOptions.DEFAULT.watchdog(Duration.ofMillis(1500));
    try (NotifySocket socket = NotifySocket.open(options, seen::add)) {
      Command shell =
          Command.of("sh", "-c", "echo $WATCHDOG_USEC ${WATCHDOG_PID-unset} $$")
              .env("WATCHDOG_PID", "1");
      assertThat(socket.pass(shell).text()).startsWith("1500000 unset ");
      String[] words = socket.pass(shell).pidVariable("WATCHDOG_PID").text().split(" ");
      assertThat(words[1]).isEqualTo(words[2]);
    }
  }

  @Test
  void flood_ofASlowHandler_waitsAndLosesNothing() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script = "for i in range(2000): notify('STATUS=%d' % i)";
      assertThat(NotifyClient.run(socket, script).exit()).isEqualTo(DONE);
      assertThat(seen).hasSize(2000);
      assertThat(((Status) seen.getLast()).text()).isEqualTo("1999");
    }
  }

  @Test
  void close_withAChildThatStillTells_endsAtOnce() throws Exception {
    Command chatty =
        NotifyClient.command(
            """
            try:
                while True:
                    notify('WATCHDOG=1')
            except ConnectionRefusedError:
                print('refused')
            """);
    NotifySocket socket = NotifySocket.open(seen::add);
    try (Child child = socket.pass(chatty).spawn()) {
      await(() -> !seen.isEmpty());
      socket.close();
      assertThat(child.result().stdout().trimmed()).isEqualTo("refused");
    } finally {
      socket.close();
    }
  }

  @Test
  @Tag("root")
  void stranger_whoFindsTheName_isRefused() throws Exception {
    try (NotifySocket socket = NotifySocket.open(seen::add)) {
      String script = "os.setgid(65534); os.setuid(65534); notify('READY=1', 0); barrier()";
      assertThat(socket.pass(NotifyClient.command(script)).capture().exit()).isEqualTo(DONE);
      assertThat(socket.drain(LIMIT)).isTrue();
      assertThat(seen).isEmpty();
      assertThat(socket.refused()).isEqualTo(2);
    }
  }

  private static String describe(Stored stored) {
    return stored.name() + " " + stored.count() + " " + stored.refused();
  }

  private static void write(Path file) {
    try {
      Path ignored = Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(BooleanSupplier fact) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the time is up").isLessThan(end);
      LockSupport.parkNanos(2_000_000);
    }
  }
}
