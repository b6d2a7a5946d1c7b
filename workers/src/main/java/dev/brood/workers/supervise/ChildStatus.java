package dev.brood.workers.supervise;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of one child at one moment. Immutable.
 *
 * @param id its name in its supervisor
 * @param state where it stands
 * @param pid of its process while it has one
 * @param runs how often it was started
 * @param restarts how often it was started again after a death or with others
 * @param deathsInRow how many deaths its {@link Backoff} has counted
 * @param healthy whether it was found to be well; empty before the first word on that
 * @param waitsFor what it waits for, for people: a dependency, its turn, a time
 * @param text what it has last said about itself by {@code STATUS=} of sd_notify(3)
 * @param deaths its last deaths, the newest last, up to {@link Death#MOST_KEPT}
 */
public record ChildStatus(
    String id,
    ChildState state,
    OptionalLong pid,
    int runs,
    int restarts,
    int deathsInRow,
    Optional<Boolean> healthy,
    Optional<String> waitsFor,
    Optional<String> text,
    List<Death> deaths) {
  /** Copies the list. */
  public ChildStatus {
    deaths = List.copyOf(deaths);
  }

  /** Its last death, if it had one. */
  public Optional<Death> lastDeath() {
    return deaths.isEmpty() ? Optional.empty() : Optional.of(deaths.getLast());
  }
}
