package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.fork.Notification.ErrorNumber;
import dev.brood.workers.fork.Notification.ExtendTimeout;
import dev.brood.workers.fork.Notification.MainPid;
import dev.brood.workers.fork.Notification.Other;
import dev.brood.workers.fork.Notification.Ready;
import dev.brood.workers.fork.Notification.Reloading;
import dev.brood.workers.fork.Notification.Sender;
import dev.brood.workers.fork.Notification.Status;
import dev.brood.workers.fork.Notification.Stopping;
import dev.brood.workers.fork.Notification.Watchdog;
import dev.brood.workers.fork.Notification.WatchdogInterval;
import dev.brood.workers.fork.Notification.WatchdogTriggered;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NotifyDatagramTest {
  private static final Sender SENDER = new Sender(7, 0, 0);

  @Test
  void assignments_severalInOneDatagram_areTakenInOrderWithTheMainPidFirst() {
    NotifyDatagram parsed = parse("READY=1\nSTATUS=10 % grün = gut\nMAINPID=4711\nX_MY=a=b\n");
    assertThat(parsed.notifications())
        .containsExactly(
            new MainPid(SENDER, 4711),
            new Ready(SENDER),
            new Status(SENDER, "10 % grün = gut"),
            new Other(SENDER, "X_MY", "a=b"));
    assertThat(parsed.malformed()).isZero();
  }

  @Test
  void reloading_withItsTime_carriesIt() {
    assertThat(parse("RELOADING=1\nMONOTONIC_USEC=123456").notifications())
        .containsExactly(new Reloading(SENDER, OptionalLong.of(123_456)));
    assertThat(parse("MONOTONIC_USEC=5\nRELOADING=1").notifications())
        .containsExactly(new Reloading(SENDER, OptionalLong.of(5)));
    assertThat(parse("RELOADING=1").notifications())
        .containsExactly(new Reloading(SENDER, OptionalLong.empty()));
  }

  @Test
  void values_withNumbers_becomeTyped() {
    assertThat(
            parse(
                    "WATCHDOG=1\nWATCHDOG=trigger\nWATCHDOG_USEC=1500000\nEXTEND_TIMEOUT_USEC=20\n"
                        + "ERRNO=2\nEXIT_STATUS=3\nBUSERROR=org.example.Bad\nSTOPPING=1")
                .notifications())
        .containsExactly(
            new Watchdog(SENDER),
            new WatchdogTriggered(SENDER),
            new WatchdogInterval(SENDER, Duration.ofMillis(1500)),
            new ExtendTimeout(SENDER, Duration.ofNanos(20_000)),
            new ErrorNumber(SENDER, 2),
            new Notification.ExitStatus(SENDER, 3),
            new Notification.BusError(SENDER, "org.example.Bad"),
            new Stopping(SENDER));
  }

  @Test
  void badAssignments_amongGoodOnes_areCountedAndLeftOut() {
    NotifyDatagram parsed =
        parse(
            "READY=yes\nnonsense\n=1\nMAINPID=-4\nMAINPID=99999999999\nMAINPID=0\nERRNO=\n"
                + "EXIT_STATUS=256\nWATCHDOG_USEC=0\nEXTEND_TIMEOUT_USEC=99999999999999999999\n"
                + "FDNAME=a:b\n\nSTATUS=");
    assertThat(parsed.notifications()).containsExactly(new Status(SENDER, ""));
    assertThat(parsed.malformed()).isEqualTo(11);
  }

  @Test
  void bytes_thatAreNoText_costTheirLineOnly() {
    byte[] bytes = "STATUS=a\u00ff\nREADY=1".getBytes(StandardCharsets.ISO_8859_1);
    NotifyDatagram parsed = NotifyDatagram.parse(bytes, bytes.length, SENDER);
    assertThat(parsed.notifications()).containsExactly(new Ready(SENDER));
    assertThat(parsed.malformed()).isEqualTo(1);
  }

  @Test
  void nul_inside_makesTheDatagramMalformedAndAtTheEndIsAllowed() {
    assertThat(parse("READY=1\0STATUS=x").notifications()).isEmpty();
    assertThat(parse("READY=1\0STATUS=x").malformed()).isEqualTo(1);
    assertThat(parse("READY=1\0").notifications()).containsExactly(new Ready(SENDER));
  }

  @Test
  void emptyDatagram_isNothing() {
    assertThat(parse("").notifications()).isEmpty();
    assertThat(parse("").malformed()).isZero();
    assertThat(parse("\n\n").notifications()).isEmpty();
  }

  @Test
  void barrier_withOtherAssignments_isMalformedAndStillABarrier() {
    assertThat(parse("BARRIER=1").isBarrier()).isTrue();
    NotifyDatagram mixed = parse("READY=1\nBARRIER=1\nFDSTORE=1");
    assertThat(mixed.isBarrier()).isTrue();
    assertThat(mixed.isStore()).isFalse();
    assertThat(mixed.notifications()).isEmpty();
    assertThat(mixed.malformed()).isEqualTo(1);
  }

  @Test
  void store_withNameAndPoll_isRead() {
    NotifyDatagram parsed = parse("FDSTORE=1\nFDNAME=web\nFDPOLL=0");
    assertThat(parsed.isStore()).isTrue();
    assertThat(parsed.storeName()).isEqualTo("web");
    assertThat(parsed.poll()).isFalse();
    assertThat(parse("FDSTORE=1").storeName()).isEqualTo("stored");
    assertThat(parse("FDSTORE=1").poll()).isTrue();
    assertThat(parse("FDSTOREREMOVE=1\nFDNAME=web").isStoreRemove()).isTrue();
    assertThat(parse("FDSTOREREMOVE=1").isStoreRemove()).isFalse();
    assertThat(parse("FDSTOREREMOVE=1").malformed()).isEqualTo(1);
  }

  @Test
  void anyBytes_neverThrow() {
    Random random = new Random(20261121);
    String[] words = {"READY", "FDSTORE", "MAINPID", "=", "1", "\n", "\0", "WATCHDOG_USEC", "9"};
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(
            random.nextInt(4) == 0
                ? String.valueOf((char) random.nextInt(256))
                : words[random.nextInt(words.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      NotifyDatagram parsed = NotifyDatagram.parse(bytes, bytes.length, SENDER);
      assertThat(parsed.notifications().size() + parsed.malformed()).isLessThan(14);
    }
  }

  private static NotifyDatagram parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return NotifyDatagram.parse(bytes, bytes.length, SENDER);
  }
}
