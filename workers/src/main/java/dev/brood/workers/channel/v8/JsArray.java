package dev.brood.workers.channel.v8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An array. An ordinary list, which may have named properties besides, as the result of {@code
 * RegExp.exec} has; they do not count in {@link #equals}. Elements may be {@link JsConstant#HOLE}.
 * Not thread-safe.
 */
public final class JsArray extends ArrayList<@Nullable Object> {
  private static final long serialVersionUID = 1;

  private transient @Nullable Map<String, @Nullable Object> properties;

  /** An empty array. */
  public JsArray() {}

  /** Whether there are named properties. */
  public boolean hasProperties() {
    return properties != null && !properties.isEmpty();
  }

  /** The named properties; may be changed. */
  public Map<String, @Nullable Object> properties() {
    Map<String, @Nullable Object> present = properties;
    if (present == null) {
      present = new LinkedHashMap<>();
      properties = present;
    }
    return present;
  }
}
