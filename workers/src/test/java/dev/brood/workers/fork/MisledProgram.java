package dev.brood.workers.fork;

import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.HandleException;

/** A program that was told of a channel which is none. */
public final class MisledProgram {
  private MisledProgram() {}

  /** Prints, twice, what comes of asking for it. */
  public static void main(String[] arguments) {
    for (int i = 0; i < 2; i++) {
      try {
        System.out.println(Channel.parent());
      } catch (HandleException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
