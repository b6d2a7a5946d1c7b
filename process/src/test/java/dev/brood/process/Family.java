package dev.brood.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A program for tests of what a JVM's end does to its children. Starts children, prints {@code
 * ready}, waits for a line of standard input that says how to end, and ends so.
 */
final class Family {
  private static final Duration GIVE_UP = Duration.ofSeconds(30);

  private Family() {}

  /** The command of such a JVM, its standard input and output piped. */
  static Command jvm(String mark, String... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = home(Command.class) + ":" + home(Family.class);
    return Command.of(java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
        .args("--enable-native-access=ALL-UNNAMED", "-cp", path, Family.class.getName())
        .args(arguments)
        .env(Look.MARK, mark)
        .stdin(Stdio.pipe());
  }

  /** The folder of compiled classes that a class comes from. */
  private static Path home(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    String location = String.valueOf(type.getResource(type.getSimpleName() + ".class"));
    return Path.of(location.substring("file:".length(), location.length() - name.length()));
  }

  /**
   * Runs.
   *
   * @param args how many children of each {@link Group}; then {@code detached} for one detached
   *     child too, {@code stubborn} for children that ignore SIGTERM, or {@code ordered} for two
   *     more, "first" and "second", that are stopped in this order and say so
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int count = Integer.parseInt(args[0]);
    String kind = args.length > 1 ? args[1] : "";
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (Group group : Group.values()) {
        children.add(member(kind).group(group).spawn());
      }
    }
    for (Child child : children) {
      child.stdout().readLine();
    }
    if (kind.equals("detached")) {
      Child detached = Command.of("sleep", "60").detached().spawn();
      System.out.println(detached.pid());
    }
    if (kind.equals("ordered")) {
      Child second = telling("echo second");
      Child first = telling("n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done; echo first");
      Runnable unused =
          Children.stopFirst(() -> {
            first.stop();
            second.stop();
          });
    }
    System.out.println("ready");
    StringBuilder how = new StringBuilder();
    for (int c = System.in.read(); c > '\n'; c = System.in.read()) {
      how.append((char) c);
    }
    end(how.toString());
  }

  /** A child with two children of its own, one of them in another session. */
  private static Command member(String kind) {
    String trap = kind.equals("stubborn") ? "trap '' TERM; " : "";
    Command member =
        Command.of("sh", "-c", trap + "sleep 60 & setsid sleep 60 & echo up; wait; sleep 60");
    return kind.equals("stubborn") ? member.grace(Duration.ofMillis(300)) : member;
  }

  /** A child that runs a line, whose output is standard error's, when it is asked to end. */
  private static Child telling(String line) {
    String script = "trap '{ %s; } >&2; exit' TERM; sleep 60 & echo up; wait";
    Command command = Command.of("sh", "-c", script.formatted(line)).stderr(Stdio.inherit());
    Child child = command.spawn();
    child.stdout().readLine();
    return child;
  }

  private static void end(String how) throws InterruptedException {
    switch (how) {
      case "exit" -> System.exit(3);
      case "halt" -> Runtime.getRuntime().halt(4);
      case "throw" -> throw new IllegalStateException("on purpose");
      case "return" -> {}
      case "tell-cause" -> {
        Child child = Children.living().getFirst();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> printCause(child)));
        System.exit(0);
      }
      case "spawn-in-hook" -> {
        Runtime.getRuntime().addShutdownHook(new Thread(Family::spawnUntilRefused));
        System.exit(0);
      }
      default -> new CountDownLatch(1).await(); // until a signal comes
    }
  }

  private static void printCause(Child child) {
    try {
      System.out.println(child.result().cause());
    } catch (InterruptedException e) {
      System.out.println("interrupted");
    }
  }

  /** Prints why a start is refused during a shutdown. */
  private static void spawnUntilRefused() {
    long deadline = System.nanoTime() + GIVE_UP.toNanos();
    while (System.nanoTime() - deadline < 0) {
      try (Child child = Command.of("sleep", "60").spawn()) {
        child.kill();
      } catch (SpawnException e) {
        System.out.println(e.reason() + " " + e.stage());
        return;
      }
    }
    System.out.println("never refused");
  }
}
