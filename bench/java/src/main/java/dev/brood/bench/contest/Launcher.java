package dev.brood.bench.contest;

import java.util.List;

/**
 * What a library under measurement can do with a child. Each method starts a child, returns when it
 * has ended, and may be called from several threads at once. A child's stdin is {@code /dev/null}
 * wherever the library allows it.
 */
interface Launcher {

  /**
   * Collects stdout and stderr in memory, both read at once so that no amount of output can block
   * the child.
   */
  void capture(List<String> argv) throws Exception;

  /**
   * Opens no pipe if the library can do without.
   *
   * @return {@link System#nanoTime()} at the moment in which the caller knew that the child has
   *     ended
   */
  long noticeExit(List<String> argv) throws Exception;

  /**
   * Reads both outputs of a child to their ends, stdout first, in small pieces.
   *
   * @param pipedStdin whether stdin is a pipe, too, left open until the child ends
   * @param started is called when the child has begun
   */
  void converse(List<String> argv, boolean pipedStdin, Runnable started) throws Exception;

  /**
   * Reads stdout in pieces of 64 KiB where the library leaves the choice, and returns the number of
   * bytes.
   */
  long stream(List<String> argv) throws Exception;

  /** Reads stdout as lines of text, each a {@code String}, and returns their number. */
  default long lines(List<String> argv) throws Exception {
    throw new UnsupportedOperationException("lines");
  }

  /** Joins the commands by pipes and returns what the last one prints. */
  default String pipeline(List<List<String>> commands) throws Exception {
    throw new UnsupportedOperationException("pipeline");
  }
}
