package dev.brood.workers.fork;

import dev.brood.workers.channel.Channel;
import java.io.Serializable;

/**
 * Code that runs in a JVM of its own, see {@link Fork#java(ChildTask)}: a lambda, say. It and what
 * it captures are serialized; what it changes, it changes there.
 */
@FunctionalInterface
public interface ChildTask extends Serializable {
  /**
   * Runs in the child. When it returns, what it has sent is delivered and the child ends with exit
   * code 0; when it throws, the stack trace goes to standard error and the exit code is 1.
   *
   * @param parent the channel to the process that started it
   */
  void run(Channel parent) throws Exception;
}
