package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;

/**
 * An object around a primitive value, as {@code new Number(1)} makes.
 *
 * @param value a Boolean, Double, BigInteger or String
 */
public record Boxed(@JsonValue Object value) {
  /** Checks the class of the value. */
  public Boxed {
    if (!(value instanceof Boolean
        || value instanceof Double
        || value instanceof BigInteger
        || value instanceof String)) {
      throw new IllegalArgumentException("nothing to box: a " + value.getClass().getTypeName());
    }
  }
}
