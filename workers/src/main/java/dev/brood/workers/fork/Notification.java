package dev.brood.workers.fork;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * One thing that a child has told in the words of sd_notify(3). What it says is a claim: the sender
 * is what the kernel says, the rest, such as the pid in {@link MainPid}, is not checked.
 */
public sealed interface Notification {
  /** Who sent it. */
  Sender sender();

  /**
   * Who sent a notification, as the kernel saw it. A privileged sender may name another process of
   * its user's: {@code systemd-notify} names its parent.
   *
   * @param pid the process, which may be gone; 0 if it is not visible from here
   * @param user the effective user id
   * @param group the effective group id
   */
  record Sender(int pid, int user, int group) {}

  /** {@code READY=1}: started, or done with a reload. */
  record Ready(Sender sender) implements Notification {}

  /**
   * {@code RELOADING=1}: a reload begins; {@link Ready} follows.
   *
   * @param monotonicMicros CLOCK_MONOTONIC when it began, in microseconds
   */
  record Reloading(Sender sender, OptionalLong monotonicMicros) implements Notification {}

  /** {@code STOPPING=1}: about to end. */
  record Stopping(Sender sender) implements Notification {}

  /** {@code STATUS=...}: one line for people. */
  record Status(Sender sender, String text) implements Notification {}

  /** {@code WATCHDOG=1}: alive. */
  record Watchdog(Sender sender) implements Notification {}

  /** {@code WATCHDOG=trigger}: asks to be treated as if it had not shown to be alive in time. */
  record WatchdogTriggered(Sender sender) implements Notification {}

  /** {@code WATCHDOG_USEC=...}: how often it shows to be alive from now on. */
  record WatchdogInterval(Sender sender, Duration interval) implements Notification {}

  /** {@code MAINPID=...}: the process that stands for the child; told before what came with it. */
  record MainPid(Sender sender, int pid) implements Notification {}

  /** {@code EXTEND_TIMEOUT_USEC=...}: needs that long, from now, for what it is at. */
  record ExtendTimeout(Sender sender, Duration time) implements Notification {}

  /** {@code ERRNO=...}: failed with an error number of errno(3). */
  record ErrorNumber(Sender sender, int number) implements Notification {}

  /** {@code BUSERROR=...}: failed with an error name of D-Bus. */
  record BusError(Sender sender, String name) implements Notification {}

  /** {@code EXIT_STATUS=...}: the exit code that the child stands for. */
  record ExitStatus(Sender sender, int code) implements Notification {}

  /**
   * {@code FDSTORE=1}: descriptors were put into the store.
   *
   * @param count how many are new there
   * @param refused how many were closed because the store is full
   */
  record Stored(Sender sender, String name, int count, int refused) implements Notification {}

  /** {@code FDSTOREREMOVE=1}: descriptors were taken out of the store and closed. */
  record StoreRemoved(Sender sender, String name, int count) implements Notification {}

  /** Anything else, such as a private {@code X_...}. */
  record Other(Sender sender, String name, String value) implements Notification {}
}
