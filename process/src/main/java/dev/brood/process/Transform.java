package dev.brood.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A stage of a {@link Pipeline} that runs in this JVM, on a virtual thread of its own. What it does
 * not read stays with the stage before it, and a slow reader behind it slows it: backpressure
 * passes through.
 */
@FunctionalInterface
public interface Transform {
  /**
   * Reads all or some of {@code in} and writes {@code out}; both are closed after it returns.
   *
   * @throws IOException to fail the pipeline
   */
  void run(InputStream in, OutputStream out) throws IOException;

  /** Each line made into another one. Text is UTF-8; every line is written with {@code \n}. */
  static Transform map(UnaryOperator<String> change) {
    return (in, out) -> LineStage.run(in, out, change::apply);
  }

  /** Only the lines that match. */
  static Transform filter(Predicate<String> wanted) {
    return (in, out) -> LineStage.run(in, out, line -> wanted.test(line) ? line : null);
  }

  /** Each line written under one prefix. */
  static Transform prefix(String prefix) {
    return map(line -> prefix + line);
  }
}
