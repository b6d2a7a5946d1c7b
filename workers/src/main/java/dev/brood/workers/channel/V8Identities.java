package dev.brood.workers.channel;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/** Which objects have begun in a message, and their ids. Few are compared one by one. */
final class V8Identities {
  private static final int FEW = 16;

  private Object[] first = new Object[4];
  private int[] firstIds = new int[4];
  private int firstCount;
  private final Map<Object, Integer> others = new IdentityHashMap<>(0);
  private int nextId;

  /** The id of {@code object}, or -1. */
  @SuppressWarnings("ReferenceEquality") // identity is what this is about
  int find(Object object) {
    for (int i = 0; i < firstCount; i++) {
      if (first[i] == object) {
        return firstIds[i];
      }
    }
    return others.isEmpty() ? -1 : others.getOrDefault(object, -1);
  }

  /** Gives the next id to an object that has none. */
  void begin(Object object) {
    if (firstCount < FEW) {
      if (firstCount == first.length) {
        first = Arrays.copyOf(first, FEW);
        firstIds = Arrays.copyOf(firstIds, FEW);
      }
      first[firstCount] = object;
      firstIds[firstCount++] = nextId;
    } else {
      others.put(object, nextId);
    }
    nextId++;
  }

  /** Uses up an id for something that nobody refers to. */
  void skip() {
    nextId++;
  }
}
