package dev.brood.workers.fork;

import dev.brood.workers.fork.Notification.Sender;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Takes one datagram of sd_notify(3) apart. What is malformed is counted and left out. */
final class NotifyDatagram {
  /** The longest datagram that is read, in bytes; the same as systemd's. */
  static final int LIMIT_BYTES = 4096;

  private static final String DEFAULT_NAME = "stored";
  private static final int LONGEST_NAME = 255;

  private final Sender sender;
  private final List<Notification> notifications = new ArrayList<>();
  private OptionalLong monotonicMicros = OptionalLong.empty();
  private boolean reloading;
  private boolean barrier;
  private boolean store;
  private boolean storeRemove;
  private boolean poll = true;
  private @Nullable String storeName;
  private int assignments;
  private int malformed;

  private NotifyDatagram(Sender sender) {
    this.sender = sender;
  }

  /** Reads the first {@code length} bytes. Never throws for bad input. */
  static NotifyDatagram parse(byte[] bytes, int length, Sender sender) {
    NotifyDatagram result = new NotifyDatagram(sender);
    int end = length > 0 && bytes[length - 1] == 0 ? length - 1 : length;
    for (int i = 0; i < end; i++) {
      if (bytes[i] == 0) {
        result.malformed++;
        return result;
      }
    }
    int start = 0;
    for (int i = 0; i <= end; i++) {
      if (i == end || bytes[i] == '\n') {
        if (i > start) {
          result.line(bytes, start, i - start);
        }
        start = i + 1;
      }
    }
    result.finish();
    return result;
  }

  /** What is for the handler, in order, without what the store has to say. */
  List<Notification> notifications() {
    return notifications;
  }

  Sender sender() {
    return sender;
  }

  /** How many assignments were left out. */
  int malformed() {
    return malformed;
  }

  /** Whether the sender waits for its descriptor to be closed. */
  boolean isBarrier() {
    return barrier;
  }

  /** Whether the descriptors are to be kept. */
  boolean isStore() {
    return store;
  }

  /** Whether kept descriptors are to be closed. */
  boolean isStoreRemove() {
    return storeRemove;
  }

  /** Whether kept descriptors are to be dropped when their other side hangs up. */
  boolean poll() {
    return poll;
  }

  /** The name of the descriptors. */
  String storeName() {
    return storeName == null ? DEFAULT_NAME : storeName;
  }

  /** Whether a descriptor may have this name: sd_listen_fds_with_names(3). */
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.length() <= LONGEST_NAME
        && name.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != ':');
  }

  private void line(byte[] bytes, int start, int length) {
    String text;
    try {
      ByteBuffer raw = ByteBuffer.wrap(bytes, start, length);
      text = StandardCharsets.UTF_8.newDecoder().decode(raw).toString();
    } catch (CharacterCodingException e) {
      malformed++;
      return;
    }
    int equals = text.indexOf('=');
    if (equals <= 0) {
      malformed++;
      return;
    }
    assignments++;
    assignment(text.substring(0, equals), text.substring(equals + 1));
  }

  private void assignment(String name, String value) {
    switch (name) {
      case "READY" -> flag(value, new Notification.Ready(sender));
      case "STOPPING" -> flag(value, new Notification.Stopping(sender));
      case "RELOADING" -> {
        // Made at the end: the time that belongs to it may come later.
        flag(value, new Notification.Reloading(sender, OptionalLong.empty()));
        reloading |= value.equals("1");
      }
      case "MONOTONIC_USEC" -> {
        long micros = number(value, 0, Long.MAX_VALUE);
        monotonicMicros = micros < 0 ? monotonicMicros : OptionalLong.of(micros);
      }
      case "STATUS" -> notifications.add(new Notification.Status(sender, value));
      case "WATCHDOG" -> {
        if (value.equals("trigger")) {
          notifications.add(new Notification.WatchdogTriggered(sender));
        } else {
          flag(value, new Notification.Watchdog(sender));
        }
      }
      case "FDSTORE" -> store |= flag(value);
      case "FDSTOREREMOVE" -> storeRemove |= flag(value);
      case "FDPOLL" -> {
        if (value.equals("0")) {
          poll = false;
        } else {
          flag(value);
        }
      }
      case "FDNAME" -> {
        if (isName(value)) {
          storeName = value;
        } else {
          malformed++;
        }
      }
      case "BARRIER" -> barrier |= flag(value);
      default -> detail(name, value);
    }
  }

  private void detail(String name, String value) {
    switch (name) {
      case "MAINPID" -> {
        int pid = (int) number(value, 1, Integer.MAX_VALUE);
        if (pid > 0) {
          notifications.addFirst(new Notification.MainPid(sender, pid));
        }
      }
      case "ERRNO" -> {
        int errno = (int) number(value, 0, Integer.MAX_VALUE);
        if (errno >= 0) {
          notifications.add(new Notification.ErrorNumber(sender, errno));
        }
      }
      case "EXIT_STATUS" -> {
        final int highest = 255;
        int code = (int) number(value, 0, highest);
        if (code >= 0) {
          notifications.add(new Notification.ExitStatus(sender, code));
        }
      }
      case "BUSERROR" -> notifications.add(new Notification.BusError(sender, value));
      case "EXTEND_TIMEOUT_USEC" -> {
        long micros = number(value, 0, Long.MAX_VALUE);
        if (micros >= 0) {
          notifications.add(new Notification.ExtendTimeout(sender, micros(micros)));
        }
      }
      case "WATCHDOG_USEC" -> {
        long micros = number(value, 1, Long.MAX_VALUE);
        if (micros > 0) {
          notifications.add(new Notification.WatchdogInterval(sender, micros(micros)));
        }
      }
      default -> notifications.add(new Notification.Other(sender, name, value));
    }
  }

  private void finish() {
    if (reloading && monotonicMicros.isPresent()) {
      notifications.replaceAll(each ->
          each instanceof Notification.Reloading
              ? new Notification.Reloading(sender, monotonicMicros)
              : each);
    }
    if (barrier && assignments > 1) {
      // As systemd: a barrier stands alone, and what comes with it is ignored.
      malformed++;
      notifications.clear();
      store = false;
      storeRemove = false;
    }
    if (storeRemove && (store || storeName == null)) {
      malformed++;
      storeRemove = false;
    }
  }

  private void flag(String value, Notification notification) {
    if (flag(value)) {
      notifications.add(notification);
    }
  }

  private boolean flag(String value) {
    if (value.equals("1")) {
      return true;
    }
    malformed++;
    return false;
  }

  /** A decimal number in a range; -1, and counted, if it is none. */
  private long number(String value, long least, long most) {
    boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      long number = digits ? Long.parseLong(value) : -1;
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // More than a long holds: counted below.
    }
    malformed++;
    return -1;
  }

  private static Duration micros(long micros) {
    final long perSecond = 1_000_000;
    return Duration.ofSeconds(micros / perSecond, micros % perSecond * 1000);
  }
}
