package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.workers.pool.Member.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which worker gets a call. */
class PlacementTest {
  private static final int CALLS_EACH = 100;

  private final List<Member> members =
      IntStream.range(0, 4).mapToObj(PlacementTest::serving).toList();

  private static Member serving(int slot) {
    Member member = new Member(slot + 1, slot, null);
    member.state = State.SERVING;
    return member;
  }

  private static Placement placement(Balancing balancing) {
    PoolSettings settings = new PoolSettings();
    settings.maximum = 4;
    settings.concurrency = CALLS_EACH;
    settings.balancing = balancing;
    Random random = new Random(7);
    return new Placement(settings.rules(random), random);
  }

  private static void busy(Member member, int calls) {
    for (int i = 0; i < calls; i++) {
      member.running.add(new Call(i, null, CallOptions.DEFAULT));
    }
  }

  private List<Member> chosen(Placement placement, int times) {
    List<Member> chosen = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      chosen.add(placement.choose(members, 0, false));
    }
    return chosen;
  }

  @Test
  void roundRobin_whoeverIsBusy_takesTurns() {
    busy(members.get(2), 50);
    List<Member> chosen = chosen(placement(Balancing.ROUND_ROBIN), 8);
    assertThat(chosen.subList(0, 4)).containsExactlyInAnyOrderElementsOf(members);
    assertThat(chosen.subList(4, 8)).isEqualTo(chosen.subList(0, 4));
  }

  @Test
  void leastBusy_someAreBusy_takesTheOtherThatWorkedLast() {
    Placement placement = placement(Balancing.LEAST_BUSY);
    busy(members.get(0), 2);
    busy(members.get(3), 1);
    Member first = placement.choose(members, 0, false);
    assertThat(first).isIn(members.get(1), members.get(2));
    assertThat(chosen(placement, 3)).containsOnly(first);
    busy(first, 1);
    Member other = placement.choose(members, 0, false);
    assertThat(other).isIn(members.get(1), members.get(2)).isNotEqualTo(first);
    first.running.clear();
    assertThat(chosen(placement, 3)).containsOnly(other);
  }

  @Test
  void leastBusy_theLastHasFailed_goesOnWithAnother() {
    Placement placement = placement(Balancing.LEAST_BUSY);
    Member first = placement.choose(members, 0, false);
    first.failuresInARow = 1;
    assertThat(chosen(placement, 3)).doesNotContain(first);
    members.forEach(member -> member.failuresInARow = 1);
    assertThat(chosen(placement, 3)).as("all are the same again").doesNotContain(first);
  }

  @Test
  void powerOfTwoChoices_oneIsBusiest_neverTakesIt() {
    busy(members.get(1), 50);
    List<Member> chosen = chosen(placement(Balancing.POWER_OF_TWO_CHOICES), 200);
    assertThat(chosen).doesNotContain(members.get(1)).contains(members.get(0), members.get(2));
  }

  @Test
  void choose_allHaveWhatTheyMayHave_isNobody() {
    members.forEach(member -> busy(member, CALLS_EACH));
    for (Balancing balancing : List.of(Balancing.ROUND_ROBIN, Balancing.POWER_OF_TWO_CHOICES)) {
      assertThat(placement(balancing).choose(members, 0, true)).isNull();
    }
  }

  @Test
  void slot_oneMoreSlot_movesOnlyTheKeysThatItGets() {
    Map<Integer, Integer> moved = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      int before = Placement.slot("key" + i, 4);
      int after = Placement.slot("key" + i, 5);
      assertThat(after == before || after == 4)
          .as("key%d stays or goes to the new one", i)
          .isTrue();
      moved.merge(after, 1, Integer::sum);
    }
    assertThat(moved.values()).as("each has about its share").allMatch(n -> n > 120 && n < 280);
  }
}
