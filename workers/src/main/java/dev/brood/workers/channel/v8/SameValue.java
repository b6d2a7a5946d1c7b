package dev.brood.workers.channel.v8;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * When two keys are one for JavaScript ("SameValueZero", ECMA-262): primitive values by what they
 * are, numbers whatever class holds them; everything else only if it is the same object. So nothing
 * that a peer sends is ever hashed through, and a set may contain itself.
 */
final class SameValue {
  private SameValue() {}

  /** Something that is equal for two values exactly if they are one key. */
  static @Nullable Object of(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> text;
      case Boolean truth -> truth;
      case BigInteger number -> number;
      case JsConstant constant -> constant;
      case Number number -> number.doubleValue() + 0.0; // makes -0.0 0.0
      default -> new Identity(value);
    };
  }

  /** The key that is kept: there is no negative zero among keys. */
  static @Nullable Object key(@Nullable Object value) {
    return value instanceof Double number && number == 0 ? (Object) 0.0 : value;
  }

  private static final class Identity {
    private final Object value;

    Identity(Object value) {
      this.value = value;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // identity is what this is about
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.value == value;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(value);
    }
  }
}
