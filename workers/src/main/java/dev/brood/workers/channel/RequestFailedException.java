package dev.brood.workers.channel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The peer answered a request with an error. */
public class RequestFailedException extends WorkersException {
  private static final long serialVersionUID = 1;

  private final String peerMessage;
  private final @Nullable String errorName;

  /** An error with what is to be told. */
  public RequestFailedException(String message) {
    this(message, message, null);
  }

  /** An error with what is to be told, what the peer says, and its name for that. */
  public RequestFailedException(String message, String peerMessage, @Nullable String errorName) {
    super(message);
    this.peerMessage = peerMessage;
    this.errorName = errorName;
  }

  /** What the peer says, in its own words. */
  public String peerMessage() {
    return peerMessage;
  }

  /** A word for programs: the class of the error where it was thrown. */
  public Optional<String> errorName() {
    return Optional.ofNullable(errorName);
  }
}
