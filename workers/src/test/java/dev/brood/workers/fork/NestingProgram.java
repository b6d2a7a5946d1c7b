package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.ChannelClosedException;

/** A Java child that forks a Node child, starts a plain one, and tells what they see. */
public final class NestingProgram {
  private static final String LOOK =
      """
      const left = Object.keys(process.env).filter((n) => /^NODE_(CHANNEL|UNIQUE)/.test(n));
      process.once('message', (argument) =>
        process.send({
          fd: process.channel.fd,
          argument,
          worker: require('cluster').isWorker,
          left,
        }));
      """;

  private NestingProgram() {}

  /** Runs until the channel ends. */
  public static void main(String[] arguments) throws Exception {
    Channel parent = Channel.parent().orElseThrow();
    try (ForkedChild child = Fork.of(Command.of("node", "-e", LOOK)).spawn()) {
      child.send(1.5);
      boolean unused = parent.send(child.receive().value());
    }
    String plain = Command.of("sh", "-c", "env | grep -cE '^NODE_(CHANNEL|UNIQUE)' || true").text();
    boolean unused = parent.send("plain: " + plain);
    try {
      while (true) {
        parent.receive();
      }
    } catch (ChannelClosedException e) {
      System.exit(0);
    }
  }
}
