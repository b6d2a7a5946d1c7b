package dev.brood.bench.channel;

import dev.brood.bench.contest.Round;
import java.util.List;
import java.util.Optional;

/** Makes the rounds of messages by their names. */
public final class ChannelRounds {
  private ChannelRounds() {}

  /**
   * A round, ready to run; empty if there is none of that name.
   *
   * @param virtual whether rounds run on virtual threads; a Java child receives on such a thread
   */
  public static Optional<Round> of(String measure, boolean virtual, List<String> args)
      throws Exception {
    String thread = virtual ? "virtual" : "platform";
    return Optional.ofNullable(
        switch (measure) {
          case "trip" -> new TripRound(peer(args, thread), number(args, 2), number(args, 3));
          case "oneway" -> new OneWayRound(peer(args, thread), number(args, 2), number(args, 3));
          case "first" ->
              new FirstMessageRound(
                  new Peer(args.getFirst(), "json", thread),
                  args.get(1).equals("cached"),
                  number(args, 2));
          case "ring-trip" -> ring(true, thread, args);
          case "ring-oneway" -> ring(false, thread, args);
          case "handoff" ->
              new HandOffRound(args.get(0), args.get(1), number(args, 2), number(args, 3));
          default -> null;
        });
  }

  private static Peer peer(List<String> args, String thread) {
    return new Peer(args.get(0), args.get(1), thread);
  }

  private static Round ring(boolean trip, String thread, List<String> args)
      throws InterruptedException {
    return new RingRound(new Peer("java", "cbor", thread), trip, number(args, 0), number(args, 1));
  }

  private static int number(List<String> args, int index) {
    return Integer.parseInt(args.get(index));
  }
}
