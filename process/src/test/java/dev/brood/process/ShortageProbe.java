package dev.brood.process;

import dev.brood.process.internal.linux.Descriptors;
import java.io.File;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Starts children with only so many descriptors or processes left; for a JVM of its own. */
final class ShortageProbe {
  private static final int MOST = 24;

  private ShortageProbe() {}

  public static void main(String[] arguments) throws Exception {
    Place place = Place.valueOf(arguments[1]);
    warmUp(place.equals(Place.VIRTUAL) && arguments.length > 2 ? Place.PLATFORM : place);
    switch (arguments[0]) {
      case "processes" -> processes(place);
      case "descriptors" -> descriptors(place);
      case "stop" -> stop(arguments[2].equals("soon"));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Loads every class that the attempts need while there is room for it. */
  private static void warmUp(Place place) throws Exception {
    place.call(ShortageProbe::attempt);
    Place.PLATFORM.call(ShortageProbe::attempt);
    Place.onVirtualThread(() -> "");
    Class.forName("dev.brood.process.internal.spawn.SpawnThread");
    Class.forName("dev.brood.process.internal.linux.DescriptorPassing");
    try {
      Command.of("true").stdin(Stdio.file(java.nio.file.Path.of("/missing/x"))).spawn();
    } catch (SpawnException e) {
      System.err.println(e.getMessage()); // loads what a message needs
    }
    new SpawnException(
            "x",
            new dev.brood.process.internal.spawn.SpawnFailure(
                dev.brood.process.internal.spawn.SpawnFailure.Kind.RESOURCES_EXHAUSTED,
                24,
                "x",
                null))
        .reason();
    Deque<Integer> taken = useUp();
    giveBack(taken, Integer.MAX_VALUE);
  }

  private static String attempt() throws InterruptedException {
    Command command =
        Command.of("sh", "-c", "read -r x; echo $x; echo e >&2")
            .stdin(Stdio.pipe())
            .descriptor(7, Stdio.socket())
            .descriptor(5, Stdio.file(java.nio.file.Path.of("/dev/null")));
    try (Child child = command.spawn()) {
      child.stdin().println("hi").close();
      return child.result().stdout().trimmed();
    } catch (SpawnException e) {
      return e.stage() + " " + e.reason() + " " + e.errno();
    }
  }

  private static void descriptors(Place place) throws Exception {
    Child witness = Command.of("cat").stdin(Stdio.pipe()).spawn();
    int failed = 0;
    int started = 0;
    for (int left = 0; left <= MOST; left++) {
      Deque<Integer> taken = useUp();
      giveBack(taken, left);
      String outcome = place.call((Callable<String>) ShortageProbe::attempt);
      giveBack(taken, Integer.MAX_VALUE);
      if (outcome.equals("hi")) {
        started++;
      } else if (outcome.equals("LIMITS RESOURCES_EXHAUSTED EMFILE") && started == 0) {
        failed++;
      } else {
        System.out.println("with " + left + " left: " + outcome);
      }
    }
    int before = open();
    String after = place.call((Callable<String>) ShortageProbe::attempt);
    System.out.println("failed some " + (failed > 5) + ", started some " + (started > 2));
    System.out.println("afterwards " + after + ", leaked " + Math.max(0, settled(before) - before));
    witness.stdin().close();
    Optional<Exit> end = witness.await(Duration.ofSeconds(20));
    System.out.println("end of file reached " + end.isPresent());
    witness.close();
    System.out.println("living " + Children.living());
    int count = open();
    for (int i = 0; i < 3; i++) {
      place.call((Callable<String>) ShortageProbe::attempt);
    }
    System.out.println("stays " + (settled(count) <= count));
  }

  private static void processes(Place place) throws Exception {
    // The limit is set from outside: started with room for the JVM's own threads only.
    Deque<Child> children = new ArrayDeque<>();
    String outcome = "none failed";
    int before = open();
    place.call(() -> "");
    for (int i = 0; i < 2_000 && outcome.equals("none failed"); i++) {
      try {
        children.push(Command.of("sleep", "60").stdout(Stdio.none()).stderr(Stdio.none()).spawn());
      } catch (SpawnException e) {
        outcome = e.stage() + " " + e.reason() + " " + e.errno();
      }
    }
    System.out.println(outcome + ", after some " + !children.isEmpty());
    for (Child child : children) {
      child.kill();
    }
    for (Child child : children) {
      child.close();
    }
    System.out.println(
        "afterwards " + attempt() + ", leaked " + Math.max(0, settled(before) - before));
  }

  /**
   * Stops a child and its helper without a descriptor, or with some again when the child is gone.
   */
  private static void stop(boolean again) throws Exception {
    Command tree = Command.of("sh", "-c", "sleep 60 & echo $!; wait");
    try (Child child = tree.spawn()) { // loads what a stop needs
      child.stdout().readLine();
      child.stop();
    }
    try (Child child = tree.spawn()) {
      long helper = Long.parseLong(child.stdout().readLine());
      Deque<Integer> taken = useUp();
      CompletableFuture<Void> given =
          again ? child.onExit().thenRun(() -> giveBack(taken, Integer.MAX_VALUE)) : null;
      StopReport report = child.stop(again ? Duration.ofMinutes(1) : Duration.ofMillis(100));
      if (given == null) {
        giveBack(taken, Integer.MAX_VALUE);
      } else {
        given.join();
      }
      System.out.println(report.signals() + ", survivors " + report.survivors());
      System.out.println("child " + child.await() + ", helper lives " + Look.lives(helper));
    }
  }

  private static Deque<Integer> useUp() {
    Deque<Integer> taken = new ArrayDeque<>();
    for (int fd = Descriptors.open("/dev/null", 0, 0); fd >= 0; ) {
      taken.push(fd);
      fd = Descriptors.open("/dev/null", 0, 0);
    }
    return taken;
  }

  private static void giveBack(Deque<Integer> taken, int count) {
    for (int i = 0; i < count && !taken.isEmpty(); i++) {
      Descriptors.close(taken.pop());
    }
  }

  /** How many are open once those that are closed in the background are. */
  private static int settled(int wanted) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    int now = open();
    while (now > wanted && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
      now = open();
    }
    return now;
  }

  private static int open() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? -1 : open.length;
  }
}
