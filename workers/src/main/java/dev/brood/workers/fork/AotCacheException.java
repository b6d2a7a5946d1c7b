package dev.brood.workers.fork;

import dev.brood.workers.channel.WorkersException;
import org.jspecify.annotations.Nullable;

/** There is no AOT cache, and the message says why; a program starts without one as well. */
public class AotCacheException extends WorkersException {
  private static final long serialVersionUID = 1;

  AotCacheException(String message) {
    super(message);
  }

  AotCacheException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
