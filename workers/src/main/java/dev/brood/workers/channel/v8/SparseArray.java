package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An array with so many holes that it is no list: what is there, by index. Its length says nothing
 * about the memory it takes, and a peer can claim four billion. An array whose length is in
 * proportion to its message arrives as a {@link JsArray}. Not thread-safe.
 */
public final class SparseArray {
  /** The longest array of JavaScript: 2^32 - 1. */
  public static final long LENGTH_LIMIT = 0xffff_ffffL;

  private final long length;
  private final SortedMap<Long, @Nullable Object> elements = new TreeMap<>();
  private final Map<String, @Nullable Object> properties = new LinkedHashMap<>();

  /**
   * An array of holes.
   *
   * @throws IllegalArgumentException if the length is negative or beyond {@link #LENGTH_LIMIT}
   */
  public SparseArray(long length) {
    if (length < 0 || length > LENGTH_LIMIT) {
      throw new IllegalArgumentException("no array has the length " + length);
    }
    this.length = length;
  }

  /** Its length, holes included. */
  @JsonProperty
  public long length() {
    return length;
  }

  /**
   * The elements that are there, by index, in order; may be changed. What is not below {@link
   * #length} cannot be sent.
   */
  @JsonProperty
  public SortedMap<Long, @Nullable Object> elements() {
    return elements;
  }

  /** Its named properties; may be changed. */
  @JsonProperty
  public Map<String, @Nullable Object> properties() {
    return properties;
  }

  @Override
  public String toString() {
    return "SparseArray[length=%d, elements=%d]".formatted(length, elements.size());
  }
}
