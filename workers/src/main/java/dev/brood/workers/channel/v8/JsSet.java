package dev.brood.workers.channel.v8;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Set}: in the order of insertion, its values compared as the keys of a {@link JsMap} are.
 * Not thread-safe.
 *
 * <p>{@code equals}, {@code hashCode} and {@code toString} do not end on a set that contains
 * itself, as with any Java set.
 */
public final class JsSet extends AbstractSet<@Nullable Object> {
  private final Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();

  /** An empty set. */
  public JsSet() {}

  @Override
  public boolean add(@Nullable Object value) {
    Object same = SameValue.of(value);
    if (values.containsKey(same)) {
      return false;
    }
    values.put(same, SameValue.key(value));
    return true;
  }

  @Override
  public boolean contains(@Nullable Object value) {
    return values.containsKey(SameValue.of(value));
  }

  @Override
  public boolean remove(@Nullable Object value) {
    Object same = SameValue.of(value);
    boolean present = values.containsKey(same);
    values.remove(same);
    return present;
  }

  @Override
  public Iterator<@Nullable Object> iterator() {
    return values.values().iterator();
  }

  @Override
  public int size() {
    return values.size();
  }
}
