package dev.brood.bench.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A contestant's running program: one line in, one round, one line of flat JSON out. */
final class Opponent implements AutoCloseable {
  private static final long ROUND_SECONDS = 240;
  private static final long END_SECONDS = 5;
  private static final Pattern FIGURE = Pattern.compile("\"(\\w+)\"\\s*:\\s*(-?[0-9.eE+-]+)");

  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private Opponent(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Starts the program in {@code directory} and waits until it is ready. */
  static Opponent start(Entry entry, Mode mode, Path directory) throws IOException {
    List<String> command = new ArrayList<>(mode.prefix());
    command.addAll(entry.command());
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Opponent opponent = new Opponent(builder.start());
    opponent.answer();
    return opponent;
  }

  /**
   * Runs one round.
   *
   * @throws IOException if the program ends or takes longer than {@value #ROUND_SECONDS} s
   */
  Map<String, Double> round() throws IOException {
    commands.write("go\n");
    commands.flush();
    return answer();
  }

  private Map<String, Double> answer() throws IOException {
    FutureTask<String> line = new FutureTask<>(this::line);
    Thread.ofPlatform().daemon().start(line);
    try {
      return parse(line.get(ROUND_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + ROUND_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("it ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private String line() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("it ended");
    }
    return line;
  }

  private static Map<String, Double> parse(String line) {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Matcher matcher = FIGURE.matcher(line); matcher.find(); ) {
      figures.put(matcher.group(1), Double.valueOf(matcher.group(2)));
    }
    return figures;
  }

  /** Ends the program: end of file on its stdin, and after a while the hard way. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has ended before; what counted was said when its round failed.
    }
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
