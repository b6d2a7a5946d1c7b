package dev.brood.workers.fork;

import dev.brood.workers.channel.Channel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Base64;

/** The main class of a child that runs a {@link ChildTask}, which is its one argument. */
public final class ChildTaskMain {
  /** Linux takes 128 KiB in one argument, MAX_ARG_STRLEN of execve(2). */
  private static final int LONGEST_ARGUMENT = 128 * 1024 - 1;

  private static final Duration LAST_MESSAGES = Duration.ofSeconds(30);

  private ChildTaskMain() {}

  /** Runs the task. */
  public static void main(String[] arguments) throws Exception {
    ChildTask task = read(arguments[0]);
    Channel parent =
        Channel.parent()
            .orElseThrow(() -> new IllegalStateException("this program is started by Fork.java"));
    task.run(parent);
    parent.disconnect();
    if (!parent.flush(LAST_MESSAGES)) {
      throw new IOException("the last messages were not taken within " + LAST_MESSAGES);
    }
  }

  /**
   * The argument for a task.
   *
   * @throws IllegalArgumentException if it, or what it captures, is not serializable or too large
   */
  static String write(ChildTask task) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(task);
    } catch (IOException e) {
      throw new IllegalArgumentException("the task cannot be taken to another JVM: " + e, e);
    }
    String text = Base64.getEncoder().encodeToString(bytes.toByteArray());
    if (text.length() > LONGEST_ARGUMENT) {
      throw new IllegalArgumentException(
          "the task and what it captures are %,d bytes, an argument takes %,d: send what is large"
              .formatted(text.length(), LONGEST_ARGUMENT));
    }
    return text;
  }

  static ChildTask read(String text) throws IOException, ClassNotFoundException {
    byte[] bytes = Base64.getDecoder().decode(text);
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (ChildTask) in.readObject();
    }
  }
}
