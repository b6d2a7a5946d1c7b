package dev.brood.daemon.config;

import dev.brood.workers.supervise.Backoff;
import dev.brood.workers.supervise.GiveUp;
import dev.brood.workers.supervise.Restart;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/** Reads the keys of an app that say how it lives, and refuses those that contradict each other. */
final class SupervisionReader {
  private static final Map<String, Restart> RESTARTS = restarts();

  /** PM2's growth, and where it ends. */
  private static final double GROWTH = 1.5;

  private static final Duration LONGEST = Duration.ofSeconds(15);

  private final YamlNodes nodes;
  private final AppValues values;
  private final CheckReader checks;
  private final Map<AppKey, YamlNodes.Entry> entries;

  SupervisionReader(YamlNodes nodes, AppValues values, Map<AppKey, YamlNodes.Entry> entries) {
    this.nodes = nodes;
    this.values = values;
    this.checks = new CheckReader(nodes, values);
    this.entries = entries;
  }

  Supervision read() {
    onlyOneOf(AppKey.RESTART, AppKey.AUTORESTART);
    onlyOneOf(AppKey.RESTART_DELAY, AppKey.EXP_BACKOFF_RESTART_DELAY);
    onlyOneOf(AppKey.READY, AppKey.WAIT_READY);
    Optional<Set<Integer>> codes = get(AppKey.STOP_EXIT_CODES, values::exitCodes);
    Restart restart = restart(codes.isPresent());
    boolean significant = get(AppKey.SIGNIFICANT, values::flag).orElse(false);
    if (significant && restart == Restart.PERMANENT) {
      error(
          AppKey.SIGNIFICANT,
          "has no end to wait for, because the app is always restarted; expected restart:"
              + " transient or temporary");
    }
    return new Supervision(
        restart,
        giveUp(),
        backoff(),
        codes.orElse(Set.of(0)),
        significant && restart != Restart.PERMANENT,
        ready(),
        get(AppKey.HEALTH, checks::health),
        get(AppKey.DEPENDS_ON, new NeedsReader(nodes, values)::read).orElse(List.of()));
  }

  /** PM2 restarts always, but after its stop_exit_codes; that is what transient is. */
  private Restart restart(boolean hasCodes) {
    Optional<Boolean> automatic = get(AppKey.AUTORESTART, values::flag);
    if (automatic.isPresent()) {
      Restart wanted = hasCodes ? Restart.TRANSIENT : Restart.PERMANENT;
      return automatic.get() ? wanted : Restart.TEMPORARY;
    }
    Restart restart =
        get(AppKey.RESTART, entry -> values.word(entry, RESTARTS)).orElse(Restart.TRANSIENT);
    if (hasCodes && restart == Restart.PERMANENT) {
      error(
          AppKey.STOP_EXIT_CODES,
          "has no place beside restart: permanent, which restarts after every exit code; expected"
              + " restart: transient");
    }
    return restart;
  }

  private Optional<GiveUp> giveUp() {
    OptionalInt restarts =
        get(AppKey.MAX_RESTARTS, values::restarts).orElse(OptionalInt.of(Supervision.MAX_RESTARTS));
    return restarts.isPresent()
        ? Optional.of(GiveUp.after(restarts.getAsInt() + 1))
        : Optional.empty();
  }

  private Backoff backoff() {
    Duration uptime = get(AppKey.MIN_UPTIME, values::milliseconds).orElse(Supervision.MIN_UPTIME);
    Optional<Backoff> fixed = get(AppKey.RESTART_DELAY, values::milliseconds).map(Backoff::fixed);
    Optional<Backoff> growing =
        get(AppKey.EXP_BACKOFF_RESTART_DELAY, values::milliseconds).map(SupervisionReader::growing);
    return fixed.or(() -> growing).orElse(Supervision.BACKOFF).resetAfter(uptime);
  }

  private static Backoff growing(Duration first) {
    Duration longest = first.compareTo(LONGEST) > 0 ? first : LONGEST;
    return Backoff.exponential(first, longest).factor(GROWTH);
  }

  private ReadyCheck ready() {
    boolean waits = get(AppKey.WAIT_READY, values::flag).orElse(false);
    ReadyCheck check =
        get(AppKey.READY, checks::ready)
            .orElse(waits ? ReadyCheck.of(new Sign.Message()) : ReadyCheck.STARTED);
    Optional<Duration> limit = get(AppKey.LISTEN_TIMEOUT, values::positive);
    if (limit.isEmpty()) {
      return check;
    }
    if (check.limit().isPresent()) {
      error(AppKey.LISTEN_TIMEOUT, "says the same as ready.limit; expected one of them");
    }
    YamlNodes.Entry entry = entries.get(AppKey.LISTEN_TIMEOUT);
    if (entry != null && check.sign() instanceof Sign.Started) {
      String text = ": without effect unless there is ready or wait_ready";
      nodes.warning(entry.keyNode(), entry.key() + text);
    }
    return new ReadyCheck(check.sign(), limit, check.period());
  }

  private void onlyOneOf(AppKey first, AppKey second) {
    YamlNodes.Entry one = entries.get(first);
    if (one != null && entries.containsKey(second)) {
      error(second, "has no place beside \"" + one.key() + "\"; expected one of them");
    }
  }

  private void error(AppKey key, String text) {
    YamlNodes.Entry entry = entries.get(key);
    if (entry != null) {
      nodes.error(entry.keyNode(), "\"" + entry.key() + "\" " + text);
    }
  }

  private <T> Optional<T> get(AppKey key, Function<YamlNodes.Entry, Optional<T>> reader) {
    return Optional.ofNullable(entries.get(key)).flatMap(reader);
  }

  private static Map<String, Restart> restarts() {
    Map<String, Restart> words = new LinkedHashMap<>();
    for (Restart restart : Restart.values()) {
      words.put(restart.name().toLowerCase(Locale.ROOT), restart);
    }
    return words;
  }
}
