package dev.brood.examples;

import dev.brood.examples.CommandLine.UsageException;
import dev.brood.process.Command;
import dev.brood.workers.broker.Broker;
import dev.brood.workers.broker.BrokerOptions;
import dev.brood.workers.broker.DeadLetter;
import dev.brood.workers.broker.Letter;
import dev.brood.workers.broker.PresenceEvent;
import dev.brood.workers.broker.Subscription;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.supervise.AutoShutdown;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.RunningSupervisor;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.supervise.SupervisorEnd;
import dev.brood.workers.supervise.SupervisorEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A message broker among programs in any language, which are started again when they fail. */
public final class MessageBroker {
  static final String USAGE =
      """
      usage: MessageBroker [OPTION...] NAME=SCRIPT...
      Starts each script, lets all talk to each other by the messages of sdk/PROTOCOL.md, and prints
      what is published. One that fails is started again and comes back under its name. When the
      first of them has ended well, the others are stopped. A script is run by node (.js, .mjs,
      .cjs), python3 (.py) or sh (.sh); anything else is a program. It has its name in MEMBER.
        --watch PATTERN  the topics that are printed: * is one word, # any number; # unless set
        --queue N        how many messages wait for one before the oldest makes room; 10,000
                         unless set
        --help           this text
      Without any argument: a shop, three cooks and a till.
      Exit code: 0; 1 if one failed too often; 2 if the command line is wrong.
      """;

  private static final int USUAL_QUEUE = 10_000;

  private MessageBroker() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        CommandLine.run(USAGE, args, args.length == 0 ? line -> sample() : MessageBroker::run));
  }

  private static int run(CommandLine line) throws InterruptedException {
    List<Map.Entry<String, Fork>> members = new ArrayList<>();
    for (Map.Entry<String, String> one : line.named()) {
      members.add(Map.entry(one.getKey(), fork(one.getKey(), Path.of(one.getValue()))));
    }
    BrokerOptions options =
        BrokerOptions.DEFAULT.queueLimit(
            line.number("--queue", 1, USUAL_QUEUE), BrokerOptions.DEFAULT.queueLimitBytes());
    return run(members, options, line.value("--watch").orElse("#"));
  }

  private static int sample() throws InterruptedException {
    Path scripts = SourceFolder.find("examples/broker");
    List<Map.Entry<String, Fork>> members = new ArrayList<>();
    members.add(Map.entry("shop", fork("shop", scripts.resolve("shop.js"))));
    members.add(Map.entry("till", fork("till", scripts.resolve("till.sh"))));
    for (String cook : List.of("ann", "ben", "tom")) {
      members.add(Map.entry(cook, fork(cook, scripts.resolve("cook.py"))));
    }
    return run(members, BrokerOptions.DEFAULT, "shop.*");
  }

  // snippet: run
  /** Runs until the first member has ended, or one fails too often; the exit code. */
  static int run(List<Map.Entry<String, Fork>> members, BrokerOptions options, String pattern)
      throws InterruptedException {
    try (Broker broker = Broker.open(options);
        Subscription watch = broker.subscribe(pattern, MessageBroker::print)) {
      broker.onPresence(MessageBroker::tell).onDeadLetter(MessageBroker::tell);
      Supervisor group =
          Supervisor.of(Strategy.ONE_FOR_ONE)
              .intensity(5, Duration.ofMinutes(1))
              .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
              .onEvent(MessageBroker::tell);
      for (Map.Entry<String, Fork> member : members) {
        ChildSpec spec = spec(member.getKey(), member.getValue(), broker);
        boolean first = member.equals(members.getFirst());
        group = group.child(member.getKey(), first ? spec.significant() : spec);
      }
      try (RunningSupervisor running = group.start()) {
        SupervisorEnd end = running.onEnd().join();
        boolean unused = watch.drain(Duration.ofSeconds(10)); // what was said last is printed, too
        return end.success() ? CommandLine.SUCCESS : CommandLine.FAILURE;
      }
    }
  }

  private static ChildSpec spec(String name, Fork program, Broker broker) {
    return ChildSpec.of(program)
        .restart(Restart.TRANSIENT)
        .onFork(child -> {
          boolean unused = broker.leave(name); // whoever it was before, if that is not seen yet
          broker.join(name, child.channel());
        });
  }

  // end

  private static Fork fork(String name, Path script) {
    if (!Files.isRegularFile(script)) {
      throw new UsageException("there is no file " + script);
    }
    String path = script.toAbsolutePath().toString();
    String file = script.getFileName().toString();
    Fork fork =
        switch (file.substring(file.lastIndexOf('.') + 1)) {
          case "js", "mjs", "cjs" -> Fork.node(path);
          case "py" -> Fork.python(path);
          case "sh" -> Fork.of(Command.of("sh", path));
          default -> Fork.of(Command.of(path));
        };
    String sdk = SourceFolder.find("sdk").toString();
    return fork.command(command ->
        command.env("MEMBER", name).env("BROOD_SDK", sdk).env("PYTHONPATH", sdk + "/python"));
  }

  private static void print(Letter letter) {
    System.out.println(
        letter.from().orElse("") + " " + letter.topic().orElse("") + ": " + letter.body());
  }

  private static void tell(PresenceEvent event) {
    switch (event) {
      case PresenceEvent.Joined(String name) -> System.err.println(name + " has come");
      case PresenceEvent.Left(String name) -> System.err.println(name + " has gone");
    }
  }

  private static void tell(DeadLetter dead) {
    String topic = dead.letter().topic().orElse("a message");
    System.err.println(
        topic
            + dead.receiver().map(name -> " for " + name).orElse("")
            + " is lost: "
            + dead.reason());
  }

  private static void tell(SupervisorEvent event) {
    switch (event) {
      case SupervisorEvent.Ended ended ->
          System.err.println(ended.child() + " has ended: " + ended.death().ending());
      case SupervisorEvent.Restarting restarting ->
          System.err.println(restarting.child() + " is started again");
      case SupervisorEvent.ShuttingDown down -> System.err.println("the end: " + down.reason());
      default -> {} // Presence tells of the others
    }
  }
}
