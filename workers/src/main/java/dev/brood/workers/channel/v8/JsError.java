package dev.brood.workers.channel.v8;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * An {@code Error} of JavaScript. Only what is here travels: other properties of an error, {@code
 * code} for one, do not. An object with identity, as it is there. Not thread-safe.
 */
@JsonIncludeProperties({"name", "message", "stack", "cause"})
public final class JsError {
  /** The constructors that the format knows. Instances of any other class arrive as ERROR. */
  public enum Kind {
    /** Error. */
    ERROR("Error"),
    /** EvalError. */
    EVAL("EvalError"),
    /** RangeError. */
    RANGE("RangeError"),
    /** ReferenceError. */
    REFERENCE("ReferenceError"),
    /** SyntaxError. */
    SYNTAX("SyntaxError"),
    /** TypeError. */
    TYPE("TypeError"),
    /** URIError. */
    URI("URIError");

    private final String jsName;

    Kind(String jsName) {
      this.jsName = jsName;
    }

    /** Its name in JavaScript. */
    public String jsName() {
      return jsName;
    }
  }

  private final Kind kind;
  private @Nullable String message;
  private @Nullable String stack;
  private @Nullable Object cause = JsConstant.UNDEFINED;

  /** An error without message, stack and cause. */
  public JsError(Kind kind) {
    this.kind = kind;
  }

  /** An error without stack and cause. */
  public JsError(Kind kind, String message) {
    this.kind = kind;
    this.message = message;
  }

  /** Which constructor made it. */
  public Kind kind() {
    return kind;
  }

  /** The name of its constructor. */
  @JsonProperty
  public String name() {
    return kind.jsName();
  }

  /** Its message; null if it has none. */
  @JsonProperty
  public @Nullable String message() {
    return message;
  }

  /** Its stack as text, the message included; null if it has none. */
  @JsonProperty
  public @Nullable String stack() {
    return stack;
  }

  /** Its cause, any value; {@link JsConstant#UNDEFINED} if it has none. */
  @JsonProperty
  public @Nullable Object cause() {
    return cause;
  }

  /** Changes the message; null takes it away. */
  public void setMessage(@Nullable String newMessage) {
    message = newMessage;
  }

  /** Changes the stack; null takes it away. */
  public void setStack(@Nullable String newStack) {
    stack = newStack;
  }

  /** Changes the cause, which may lead back here; a Node before 22 cannot read that. */
  public void setCause(@Nullable Object newCause) {
    cause = newCause;
  }

  @Override
  public String toString() {
    return message == null ? name() : name() + ": " + message;
  }
}
