package dev.brood.workers.channel.v8;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Map}: keys of any kind, in the order of insertion. Keys are compared as JavaScript does:
 * text, numbers, truth and BigInt by value, 1 and 1.0 being one key and BigInt 1 another;
 * everything else by identity, so that a list is found only with the very same list. Not
 * thread-safe.
 *
 * <p>{@code equals}, {@code hashCode} and {@code toString} do not end on a map that contains
 * itself, as with any Java map.
 */
public final class JsMap extends AbstractMap<@Nullable Object, @Nullable Object> {
  private final Map<@Nullable Object, Entry<@Nullable Object, @Nullable Object>> entries =
      new LinkedHashMap<>();

  /** An empty map. */
  public JsMap() {}

  @Override
  public @Nullable Object put(@Nullable Object key, @Nullable Object value) {
    Object same = SameValue.of(key);
    Entry<@Nullable Object, @Nullable Object> present = entries.get(same);
    if (present != null) {
      return present.setValue(value);
    }
    entries.put(same, new SimpleEntry<>(SameValue.key(key), value));
    return null;
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    Entry<@Nullable Object, @Nullable Object> present = entries.get(SameValue.of(key));
    return present == null ? null : present.getValue();
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return entries.containsKey(SameValue.of(key));
  }

  @Override
  public @Nullable Object remove(@Nullable Object key) {
    Entry<@Nullable Object, @Nullable Object> removed = entries.remove(SameValue.of(key));
    return removed == null ? null : removed.getValue();
  }

  @Override
  public Set<Entry<@Nullable Object, @Nullable Object>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<@Nullable Object, @Nullable Object>> iterator() {
        return entries.values().iterator();
      }

      @Override
      public int size() {
        return entries.size();
      }
    };
  }
}
