package dev.brood.workers.broker;

import dev.brood.workers.channel.Codec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of which topics. Guarded by the {@link Turnstile}. */
final class Subscriptions {
  /** Receivers of one pattern of which one gets each message. */
  static final class Group {
    // Each is more than any load and what is before it.
    private static final long FULL = 1L << 32;
    private static final long UNREACHABLE = 1L << 34;

    private final List<Receiver> members = new ArrayList<>();
    private int next;

    /**
     * The one with the least to do, in turn among equals; one whose queue has no room only if all
     * are full, and one that cannot be reached only if none can. Null if nobody is left.
     */
    @Nullable Receiver choose(int bytes, @Nullable Receiver except) {
      int count = members.size();
      Receiver best = null;
      int bestIndex = 0;
      long bestRank = Long.MAX_VALUE;
      for (int i = 0; i < count; i++) {
        int index = (next + i) % count;
        Receiver candidate = members.get(index);
        long full = candidate.queue().hasRoomFor(bytes) ? 0 : FULL;
        long rank = full + (candidate.isReachable() ? 0 : UNREACHABLE) + candidate.load();
        if (candidate != except && rank < bestRank) {
          best = candidate;
          bestRank = rank;
          bestIndex = index;
        }
      }
      next = bestIndex + 1;
      return best;
    }

    boolean has(Receiver receiver) {
      return members.contains(receiver);
    }
  }

  /** Who gets a message: all of the receivers, and one of each group. */
  record Matches(Set<Receiver> receivers, List<Group> groups) {
    boolean isEmpty() {
      return receivers.isEmpty() && groups.isEmpty();
    }

    /** The codecs of all children among them. */
    Set<Codec> codecs() {
      Set<Codec> codecs = new HashSet<>();
      addCodecs(receivers, codecs);
      groups.forEach(each -> addCodecs(each.members, codecs));
      return codecs;
    }

    private static void addCodecs(Collection<Receiver> from, Set<Codec> to) {
      for (Receiver each : from) {
        if (each instanceof Member member) {
          to.add(member.codec());
        }
      }
    }
  }

  private static final class Entry {
    final TopicPattern pattern;
    final Set<Receiver> receivers = new LinkedHashSet<>();
    final Map<String, Group> groups = new LinkedHashMap<>();

    Entry(TopicPattern pattern) {
      this.pattern = pattern;
    }

    void addTo(Matches matches) {
      matches.receivers().addAll(receivers);
      matches.groups().addAll(groups.values());
    }

    boolean remove(Receiver receiver, @Nullable String groupName) {
      if (groupName == null) {
        return receivers.remove(receiver);
      }
      Group group = groups.get(groupName);
      if (group == null || !group.members.remove(receiver)) {
        return false;
      }
      if (group.members.isEmpty()) {
        groups.remove(groupName);
      }
      return true;
    }

    boolean isEmpty() {
      return receivers.isEmpty() && groups.isEmpty();
    }
  }

  private final Map<String, Entry> exact = new HashMap<>();
  private final Map<String, Entry> wild = new LinkedHashMap<>();

  /** Adds one; false if it was there. */
  boolean add(TopicPattern pattern, @Nullable String groupName, Receiver receiver) {
    Entry entry = kind(pattern).computeIfAbsent(pattern.toString(), unused -> new Entry(pattern));
    if (groupName == null) {
      return entry.receivers.add(receiver);
    }
    Group group = entry.groups.computeIfAbsent(groupName, unused -> new Group());
    return !group.has(receiver) && group.members.add(receiver);
  }

  /** Removes one; false if it was not there. */
  boolean remove(TopicPattern pattern, @Nullable String groupName, Receiver receiver) {
    Entry entry = kind(pattern).get(pattern.toString());
    if (entry == null || !entry.remove(receiver, groupName)) {
      return false;
    }
    if (entry.isEmpty()) {
      kind(pattern).remove(pattern.toString());
    }
    return true;
  }

  /** Removes all of a receiver. */
  void removeAll(Receiver receiver) {
    removeAll(exact.values(), receiver);
    removeAll(wild.values(), receiver);
  }

  Matches match(String topic, String[] words) {
    Matches matches = new Matches(new LinkedHashSet<>(), new ArrayList<>());
    Entry entry = exact.get(topic);
    if (entry != null) {
      entry.addTo(matches);
    }
    for (Entry each : wild.values()) {
      if (each.pattern.matches(words)) {
        each.addTo(matches);
      }
    }
    return matches;
  }

  private Map<String, Entry> kind(TopicPattern pattern) {
    return pattern.isExact() ? exact : wild;
  }

  private static void removeAll(Collection<Entry> entries, Receiver receiver) {
    entries.removeIf(entry -> {
      entry.receivers.remove(receiver);
      entry
          .groups
          .values()
          .removeIf(group -> {
            group.members.remove(receiver);
            return group.members.isEmpty();
          });
      return entry.isEmpty();
    });
  }
}
