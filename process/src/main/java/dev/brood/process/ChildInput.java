package dev.brood.process;

import dev.brood.process.internal.io.Forgotten;
import dev.brood.process.internal.io.WriteEnd;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A stream that this JVM writes and a child reads. Nothing is buffered here: what is written is in
 * the pipe when the method returns, and a full pipe makes it wait.
 *
 * <p>For one writer at a time; {@link #close} may come from any thread and gives the child end of
 * file. All methods throw {@link StdioException}: {@link StdioException.Reason#BROKEN_PIPE} if the
 * child reads no more.
 */
public final class ChildInput extends OutputStream {
  private final Command command;
  private final WriteEnd end;
  private final Runnable closed;

  ChildInput(Command command, WriteEnd end) {
    this.command = command;
    this.end = end;
    this.closed = Forgotten.watch(this, end::close);
  }

  /** Writes a text in the command's charset. */
  public ChildInput print(String text) {
    write(text.getBytes(command.charset()));
    return this;
  }

  /** Writes a text and {@code \n}. */
  public ChildInput println(String text) {
    return print(text + "\n");
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    try {
      end.write(bytes, offset, length);
    } catch (IOException e) {
      throw StdioException.of(command, "writing to", e);
    } catch (InterruptedException e) {
      throw StdioException.interrupted(command, "writing to", e);
    }
  }

  /** Does nothing: nothing is buffered. */
  @Override
  public void flush() {}

  @Override
  public void close() {
    closed.run();
    end.close();
  }
}
