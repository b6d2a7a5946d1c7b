package dev.brood.bench.pool;

import dev.brood.bench.contest.Round;
import java.util.List;
import java.util.Optional;

/** Makes the rounds of pools by their names. */
public final class PoolRounds {
  private PoolRounds() {}

  /** A round, ready to run; empty if there is none of that name. */
  public static Optional<Round> of(String measure, List<String> args) throws InterruptedException {
    return Optional.ofNullable(
        switch (measure) {
          case "pool" -> new ManyCallsRound(args.get(0), number(args, 1));
          case "pool-call" -> new LoneCallsRound(args.get(0), number(args, 1));
          case "pool-kill" -> new KillRound(number(args, 0));
          default -> null;
        });
  }

  private static int number(List<String> args, int index) {
    return Integer.parseInt(args.get(index));
  }
}
