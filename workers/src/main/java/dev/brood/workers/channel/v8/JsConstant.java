package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/** Single values of JavaScript that Java does not have. In JSON and CBOR they become null. */
public enum JsConstant {
  /** {@code undefined}, which is not {@code null}. */
  UNDEFINED,

  /** In a list: nothing is there, not even {@code undefined}. Allowed nowhere else. */
  HOLE,

  /** A {@code Date} whose time is not a number. */
  INVALID_DATE;

  /** Always null. */
  @JsonValue
  public @Nullable Object json() {
    return null;
  }
}
