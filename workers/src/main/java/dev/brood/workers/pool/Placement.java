package dev.brood.workers.pool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Chooses the worker for a call, and the slot for a key. */
final class Placement {
  private static final Comparator<Member> LAST_TURN =
      Comparator.<Member>comparingLong(member -> member.lastTurn);

  /** One that has just failed comes last: the others' answers show whether it is broken. */
  private static final Comparator<Member> LEAST_BUSY =
      Comparator.<Member>comparingInt(member -> member.running.size())
          .thenComparingInt(member -> member.failuresInARow)
          .thenComparing(LAST_TURN.reversed());

  private final PoolRules rules;
  private final RandomGenerator random;
  private long turns;

  Placement(PoolRules rules, RandomGenerator random) {
    this.rules = rules;
    this.random = random;
  }

  /** Which lane of the queue a call belongs to. */
  int lane(Call call) {
    return rules.keyed() ? slot(call.options.key().orElseThrow(), rules.maximum()) : 0;
  }

  /**
   * Whose turn it is: of those that could begin a call at once, or else of those that can have one
   * sent ahead.
   *
   * @param members all of the pool
   * @param mayBeAhead whether a call may be sent to a worker that has to finish another first
   * @return null if nobody has room
   */
  @Nullable Member choose(Iterable<Member> members, int lane, boolean mayBeAhead) {
    Member chosen = choose(withRoom(members, lane, rules.concurrency()));
    if (chosen == null && mayBeAhead && rules.ahead() > 0) {
      chosen = choose(withRoom(members, lane, rules.mostCalls()));
    }
    if (chosen != null) {
      chosen.lastTurn = ++turns;
    }
    return chosen;
  }

  /**
   * The slot of a key among so many: highest random weight, so that a pool of one more slot gives
   * the new one its share and leaves all other keys where they are.
   */
  static int slot(String key, int slots) {
    int best = 0;
    long highest = Long.MIN_VALUE;
    for (int slot = 0; slot < slots; slot++) {
      long weight = mix(key.hashCode() * 0x9E3779B97F4A7C15L + mix(slot + 1));
      if (weight > highest) {
        highest = weight;
        best = slot;
      }
    }
    return best;
  }

  private List<Member> withRoom(Iterable<Member> members, int lane, int most) {
    List<Member> free = new ArrayList<>();
    for (Member member : members) {
      if (member.state == Member.State.SERVING
          && member.running.size() < most
          && !member.blocked
          && (!rules.keyed() || member.slot == lane && isAlone(member, members))) {
        free.add(member);
      }
    }
    return free;
  }

  /** Whether no other worker of its slot, which it has replaced, is still at work. */
  private static boolean isAlone(Member member, Iterable<Member> members) {
    for (Member other : members) {
      if (other != member && other.slot == member.slot && !other.running.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Member choose(List<Member> free) {
    return switch (rules.balancing()) {
      case ROUND_ROBIN -> free.isEmpty() ? null : Collections.min(free, LAST_TURN);
      case LEAST_BUSY, BY_KEY -> free.isEmpty() ? null : Collections.min(free, LEAST_BUSY);
      case POWER_OF_TWO_CHOICES -> free.size() < 2 ? first(free) : lessBusyOfTwo(free);
    };
  }

  private Member lessBusyOfTwo(List<Member> free) {
    int one = random.nextInt(free.size());
    int other = (one + 1 + random.nextInt(free.size() - 1)) % free.size();
    Member first = free.get(one);
    Member second = free.get(other);
    return LEAST_BUSY.compare(first, second) <= 0 ? first : second;
  }

  private static @Nullable Member first(List<Member> free) {
    return free.isEmpty() ? null : free.getFirst();
  }

  /** The finishing steps of MurmurHash3, by which every bit of the input reaches every other. */
  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
