package dev.brood.examples.logs;

import dev.brood.process.Child;
import dev.brood.process.Command;
import dev.brood.process.Exit;
import dev.brood.process.ProcessException;
import dev.brood.process.Stdio;
import dev.brood.process.StdioException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A program between the log and a file. For one thread at a time; closing it ends it. */
final class Filter implements AutoCloseable {
  /** How long one may go on when there is nothing more to read for it. */
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  private static final Exit NOTHING_FOUND = new Exit.Exited(1);

  private final String name;
  private final Child child;
  private final RotatingFile file;
  private boolean reads = true;

  private Filter(String name, Child child, RotatingFile file) {
    this.name = name;
    this.child = child;
    this.file = file;
  }

  // snippet: filter
  /** Starts one; the file is its own from now on. */
  static Filter start(String name, String line, RotatingFile file) {
    Command command =
        Command.of("sh", "-c", line)
            .stdin(Stdio.pipe())
            .stdout(Stdio.stream(file))
            .stderr(Stdio.inherit());
    return new Filter(name, command.spawn(), file);
  }

  /** Gives it some bytes, and waits while it is busy. One that reads no more gets none. */
  void give(byte[] bytes, int count) {
    if (!reads) {
      return;
    }
    try {
      child.stdin().write(bytes, 0, count);
    } catch (StdioException e) {
      if (e.reason() != StdioException.Reason.BROKEN_PIPE) {
        throw e;
      }
      reads = false;
    }
  }

  /**
   * There is nothing more to read: waits for its end.
   *
   * @return what is wrong with that, if anything is
   */
  Optional<String> end() throws InterruptedException {
    child.stdin().close();
    try {
      if (child.await(END_LIMIT).isEmpty()) {
        return Optional.of(name + " does not end");
      }
      Exit exit = child.result().exit(); // and all that it has written is in the file
      boolean good = exit.success() || exit.equals(NOTHING_FOUND);
      return good ? Optional.empty() : Optional.of(name + ": " + exit);
    } catch (ProcessException e) { // its file cannot be written, say
      return Optional.of(name + ": " + e.getMessage());
    }
  }

  // end

  /** What it is called, and how many lines it let through. */
  String summary() {
    return "%s: %,d lines, %d files".formatted(name, file.lines(), file.files());
  }

  @Override
  public void close() {
    child.close();
    try {
      file.close();
    } catch (IOException e) {
      System.err.println(name + ": " + e); // what it let through last is not in the file
    }
  }
}
