package dev.brood.examples;

import dev.brood.process.Command;
import dev.brood.process.ProcessException;
import dev.brood.process.Stdio;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Standard error as a user wants it: on a terminal some lines at the bottom show what goes on,
 * drawn anew ten times in a second, and what is said stays above them. Elsewhere, a file or a pipe,
 * there is only what is said. Thread-safe.
 */
public final class Screen implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final int USUAL_COLUMNS = 80;
  private static final int MOST_LINES = 20;
  private static final String ESCAPE = "\u001b[";

  private final PrintStream out = System.err;
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final int columns;
  private Supplier<List<String>> source = List::of;
  private List<String> drawn = List.of();
  private Thread painter;

  private Screen(int columns) {
    this.columns = columns;
  }

  /** Begins, with nothing at the bottom. */
  public static Screen open() throws InterruptedException {
    boolean live = isTerminal() && !"dumb".equals(System.getenv("TERM"));
    Screen screen = new Screen(live ? Math.max(USUAL_COLUMNS / 2, width()) : 0);
    if (live) {
      screen.painter = Thread.ofVirtual().name("screen").start(screen::paint);
    }
    return screen;
  }

  /** The width of a line that is drawn. */
  public int columns() {
    return columns == 0 ? USUAL_COLUMNS : columns - 1;
  }

  /** What is at the bottom from now on; asked again and again, by a thread of its own. */
  public void show(Supplier<List<String>> lines) {
    lock.lock();
    try {
      source = lines;
    } finally {
      lock.unlock();
    }
  }

  /** Says something that stays. */
  public void say(String line) {
    lock.lock();
    try {
      List<String> below = drawn;
      erase();
      out.println(line);
      draw(below);
    } finally {
      lock.unlock();
    }
  }

  /** Takes away what is at the bottom. Idempotent; an interrupt does not cut it short. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (painter != null && painter.isAlive()) {
      try {
        painter.join();
      } catch (InterruptedException e) {
        interrupted = true; // it is about to end
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void paint() {
    try {
      while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        draw(source.get());
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    } finally {
      draw(List.of());
    }
  }

  private void draw(List<String> lines) {
    lock.lock();
    try {
      erase();
      drawn = lines.stream().limit(MOST_LINES).toList();
      drawn.forEach(out::println);
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  private void erase() {
    if (!drawn.isEmpty()) {
      out.print(ESCAPE + drawn.size() + "A" + ESCAPE + "J"); // up, and clear from there
      drawn = List.of();
    }
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  private static int width() throws InterruptedException {
    try {
      Command size = Command.of("stty", "size").stdin(Stdio.file(Path.of("/dev/tty")));
      return Integer.parseInt(size.text().split(" ")[1]);
    } catch (ProcessException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return USUAL_COLUMNS;
    }
  }
}
