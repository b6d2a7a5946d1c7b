package dev.brood.workers.fork;

import dev.brood.process.Command;

/** A Java child that has a channel and does not know it; it starts a Node program of its own. */
public final class UntouchedProgram {
  private static final String LOOK =
      "console.log(process.connected, require('cluster').isPrimary,"
          + " Object.keys(process.env).filter((n) => /^NODE_(CHANNEL|UNIQUE)/.test(n)).length)";

  private UntouchedProgram() {}

  /** Prints what the Node program says. */
  public static void main(String[] arguments) throws Exception {
    System.out.println(Command.of("node", "-e", LOOK).text());
    System.out.println(Command.of("node", "-e", LOOK).env("ANY", "change").text());
  }
}
