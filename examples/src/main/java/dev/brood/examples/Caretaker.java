package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.Condition;
import dev.brood.workers.supervise.Readiness;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Shutdown;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.supervise.SupervisorEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps programs running, and ends them well: in reverse order, each with the time to clean up
 * after itself, and with force if it does not.
 */
public final class Caretaker {
  static final String USAGE =
      """
      usage: Caretaker [OPTION...] NAME=LINE...
      Runs each line with sh, in order, and starts again what ends. On SIGTERM, SIGINT (Ctrl-C) or
      SIGHUP stops all in reverse order: each gets SIGTERM and time to clean up, then SIGKILL, with
      all that it has started.
        --grace SECONDS  that time; 5 unless set. After 5 s all that are left are stopped at once,
                         and after 10 s nothing lives
        --ready TEXT     a program is up, and the next one is started, when it prints a line with
                         this; unless set as soon as it is started
        --help           this text
      Without any argument: starts and stops three samples.
      Exit code: 128 and the number of the signal; 1 if one of them ends too often; 2 if the command
      line is wrong.
      """;

  private static final Duration USUAL_GRACE = Duration.ofSeconds(5);
  private static final Duration UP_LIMIT = Duration.ofSeconds(30);

  private Caretaker() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(CommandLine.run(USAGE, args, args.length == 0 ? line -> sample() : Caretaker::run));
  }

  // snippet: run
  private static int run(CommandLine line) {
    Duration grace = line.seconds("--grace", USUAL_GRACE);
    Readiness up =
        line.value("--ready").map(Pattern::quote).map(Readiness::line).orElse(Readiness.started());
    Supervisor all = Supervisor.of(Strategy.ONE_FOR_ONE).onEvent(Caretaker::tell);
    for (Map.Entry<String, String> one : line.named()) {
      ChildSpec spec = spec(Command.of("sh", "-c", one.getValue()), grace).readiness(up);
      all = all.child(one.getKey(), spec);
    }
    try (RunningSupervisor running = all.start()) {
      running.onEnd().join(); // a signal ends this JVM, and all of them before
      return CommandLine.FAILURE;
    }
  }

  private static ChildSpec spec(Command command, Duration grace) {
    return ChildSpec.of(command).shutdown(Shutdown.within(grace));
  }

  // end

  private static int sample() throws IOException, InterruptedException {
    Path scripts = SourceFolder.find("examples/caretaker");
    Command python = Command.of("python3", scripts.resolve("database.py").toString());
    Command node = Command.of("node", scripts.resolve("web.js").toString());
    Command shell = Command.of("sh", scripts.resolve("stubborn.sh").toString());
    Duration brief = Duration.ofSeconds(1);
    // snippet: sample
    Supervisor all =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .child("database", spec(python, USUAL_GRACE).readiness(lockOf("database")))
            .child(
                "web",
                spec(node, USUAL_GRACE)
                    .readiness(lockOf("web"))
                    .boundTo("database", Condition.READY)) // does not outlive it
            .child("stubborn", spec(shell, brief).readiness(lockOf("stubborn")))
            .onEvent(Caretaker::tell);
    try (RunningSupervisor running = all.start()) {
      if (!running.awaitReady(UP_LIMIT)) {
        throw new IllegalStateException("not all are up: " + running.children());
      }
    } // closing it stops them
    // end
    try (Stream<Path> files = Files.list(Path.of(""))) {
      List<String> left = files.map(Path::toString).filter(file -> file.endsWith(".lock")).toList();
      System.out.println("not cleaned up: " + left);
    }
    return CommandLine.SUCCESS;
  }

  private static Readiness lockOf(String name) {
    return Readiness.file(Path.of(name + ".lock"));
  }

  // snippet: tell
  private static void tell(SupervisorEvent event) {
    switch (event) {
      case SupervisorEvent.Ready ready -> say(ready, "is up");
      case SupervisorEvent.Stopping stopping -> say(stopping, "is asked to end");
      case SupervisorEvent.Ended ended -> say(ended, "has ended: " + ended.death().ending());
      case SupervisorEvent.Restarting again ->
          say(again, "is started again in " + again.delay().toMillis() + " ms");
      case SupervisorEvent.GivenUp givenUp -> say(givenUp, givenUp.reason());
      case SupervisorEvent.Finished finished -> System.out.println(finished.end());
      default -> {} // no news
    }
  }

  // end

  private static void say(SupervisorEvent.OfChild event, String what) {
    System.out.println(event.child() + " " + what);
  }
}
