package dev.brood.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * What a stream of a child is connected to. Immutable descriptions, made by the methods here.
 *
 * <p>A {@link Source} is for standard input, a {@link Sink} for standard output and error, an
 * {@link Extra} for descriptors from 3 on. Wherever the kernel can connect the two sides by itself
 * (none, inherit, a file, a descriptor, the other stream) no byte passes through this JVM; several
 * sinks at once, streams and consumers are copied here, with backpressure.
 */
public sealed interface Stdio {
  /** The capture limit unless one is given, in bytes: 64 MiB. */
  long DEFAULT_CAPTURE_LIMIT = 64L * 1024 * 1024;

  /** Where a child's standard input comes from. */
  sealed interface Source extends Stdio {}

  /** Where a child's standard output or error goes. */
  sealed interface Sink extends Stdio {}

  /** What a further descriptor of a child is. */
  sealed interface Extra extends Stdio {}

  /** {@code /dev/null}: reads end of file, writes are gone without being copied. */
  static None none() {
    return new None();
  }

  /** The same stream of this process, as the real descriptor: a terminal stays a terminal. */
  static Inherit inherit() {
    return new Inherit();
  }

  /**
   * A pipe to or from this JVM: {@link Child#stdin}, {@link Child#stdout}, {@link Child#stderr}. An
   * output pipe must be read, or the child waits when it is full (64 KiB).
   */
  static Pipe pipe() {
    return new Pipe();
  }

  /**
   * A file; a relative path is taken from this process's directory, now. As input it is read from
   * its start. As output it is emptied and written, and made if it is not there. As a further
   * descriptor it is read and written, not emptied, and made if it is not there.
   */
  static FileStdio file(Path path) {
    return new FileStdio(path.toAbsolutePath(), false);
  }

  /**
   * A file written at its end; it is made if it is not there. A relative path is taken from this
   * process's directory, now.
   */
  static FileStdio append(Path path) {
    return new FileStdio(path.toAbsolutePath(), true);
  }

  /** These bytes, then end of file. A child need not read them to the end. */
  static Source bytes(byte[] bytes) {
    return new Bytes(bytes.clone());
  }

  /** This text in UTF-8, then end of file. */
  static Source text(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What a stream yields, read by a virtual thread as fast as the child takes it. The stream is not
   * closed. If the child ends first, the reading thread is interrupted. If the stream throws, the
   * child is stopped with {@link StdioException.Reason#SOURCE_FAILED}.
   */
  static Source stream(InputStream stream) {
    return new StreamSource(stream);
  }

  /** What a channel yields, from its position on. It is not closed. */
  static Source channel(ReadableByteChannel channel) {
    return new StreamSource(Channels.newInputStream(channel));
  }

  /**
   * Writes to a stream, by a virtual thread; it is flushed after each piece and not closed. If it
   * throws, the child is stopped with {@link StdioException.Reason#SINK_FAILED}.
   */
  static Sink stream(OutputStream stream) {
    return new StreamSink(stream);
  }

  /**
   * Writes to a stream of its own for each child and output, so that a command can be started more
   * than once: {@code maker} gets the pid when the first byte is there, and what it makes is closed
   * after the last one. Else, and if the maker throws, as {@link #stream(OutputStream)}.
   */
  static Sink streamFor(LongFunction<? extends OutputStream> maker) {
    return new OwnStreamSink(maker);
  }

  /** Writes to a channel, which is not closed; else as {@link #stream(OutputStream)}. */
  static Sink channel(WritableByteChannel channel) {
    return new StreamSink(Channels.newOutputStream(channel));
  }

  /**
   * A channel for both directions, such as a file's or a socket's: read or written from its
   * position on, else as {@link #channel(ReadableByteChannel)} or {@link
   * #channel(WritableByteChannel)}.
   */
  static ChannelStdio channel(ByteChannel channel) {
    return new ChannelStdio(channel);
  }

  /**
   * Hands each line to a consumer, on one virtual thread, in order; it may block, which slows the
   * child. Standard output and error have a thread each, so a consumer of both must be thread-safe.
   * If it throws, the child is stopped with {@link StdioException.Reason#SINK_FAILED}.
   */
  static Sink lines(Consumer<Line> consumer) {
    return new LineSink(consumer);
  }

  /** Keeps up to {@link #DEFAULT_CAPTURE_LIMIT} bytes in memory; more stops the child. */
  static Sink capture() {
    return new Capture(DEFAULT_CAPTURE_LIMIT);
  }

  /**
   * Keeps up to {@code limitBytes} in memory; more stops the child.
   *
   * @throws IllegalArgumentException if the limit is negative or above 2 GiB less 8 bytes
   */
  static Sink capture(long limitBytes) {
    return new Capture(checked(limitBytes));
  }

  /** Keeps the last {@code limitBytes} in memory; the child may write as much as it likes. */
  static Sink tail(long limitBytes) {
    return new Tail(checked(limitBytes));
  }

  /** For standard error: the very same pipe, file or terminal as standard output, in true order. */
  static Sink toStdout() {
    return new ToStream(1);
  }

  /** For standard output: the same as standard error. With {@link #toStdout} there: swapped. */
  static Sink toStderr() {
    return new ToStream(2);
  }

  /**
   * A descriptor of this process by number, such as a socket that a service manager handed over. It
   * stays open here; whether it is open is checked at the start.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  static DescriptorStdio descriptor(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("a descriptor is 0 or more, not " + number);
    }
    return new DescriptorStdio(number);
  }

  /** A pipe that the child reads and {@link Child#input} writes. */
  static Extra toChild() {
    return new ExtraPipe(true);
  }

  /** A pipe that the child writes and {@link Child#output} reads. */
  static Extra fromChild() {
    return new ExtraPipe(false);
  }

  /** A Unix stream socket for both directions: {@link Child#input} and {@link Child#output}. */
  static Extra socket() {
    return new Socket();
  }

  /** See {@link Stdio#none}. */
  record None() implements Source, Sink, Extra {}

  /** See {@link Stdio#inherit}. */
  record Inherit() implements Source, Sink, Extra {}

  /** See {@link Stdio#pipe}. */
  record Pipe() implements Source, Sink {}

  /** See {@link Stdio#file} and {@link Stdio#append}. */
  record FileStdio(Path path, boolean append) implements Source, Sink, Extra {}

  /** See {@link Stdio#descriptor}. */
  record DescriptorStdio(int number) implements Source, Sink, Extra {}

  /** See {@link Stdio#bytes}. */
  record Bytes(byte[] bytes) implements Source {}

  /** See {@link Stdio#stream(InputStream)}. */
  record StreamSource(InputStream stream) implements Source {}

  /** See {@link Stdio#stream(OutputStream)}. */
  record StreamSink(OutputStream stream) implements Sink {}

  /** See {@link Stdio#streamFor}. */
  record OwnStreamSink(LongFunction<? extends OutputStream> maker) implements Sink {}

  /** See {@link Stdio#channel(ByteChannel)}. */
  record ChannelStdio(ByteChannel channel) implements Source, Sink {}

  /** See {@link Stdio#lines}. */
  record LineSink(Consumer<Line> consumer) implements Sink {}

  /** See {@link Stdio#capture}. */
  record Capture(long limitBytes) implements Sink {}

  /** See {@link Stdio#tail}. */
  record Tail(long limitBytes) implements Sink {}

  /** See {@link Stdio#toStdout} and {@link Stdio#toStderr}. */
  record ToStream(int number) implements Sink {}

  /** See {@link Stdio#toChild} and {@link Stdio#fromChild}. */
  record ExtraPipe(boolean toChild) implements Extra {}

  /** See {@link Stdio#socket}. */
  record Socket() implements Extra {}

  private static long checked(long limitBytes) {
    if (limitBytes < 0 || limitBytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a limit of memory is from 0 to "
              + (Integer.MAX_VALUE - 8)
              + " bytes, not "
              + limitBytes);
    }
    return limitBytes;
  }
}
