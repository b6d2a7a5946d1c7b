package dev.brood.workers.watch;

/** A sign of life of a child. The first four come from it; the others are seen from outside. */
public enum Sign {
  /** It said that it is alive: {@code {"brood":"beat"}}, or {@link Pulse#beat}. */
  BEAT,
  /** Its progress moved; a report that says the same again is none. */
  PROGRESS,
  /** A message of any kind came over its channel. */
  MESSAGE,
  /** It wrote something that passed through this JVM. */
  OUTPUT,
  /** The processes of its tree are others than before. */
  PROCESSES,
  /** Its tree has used CPU time. A loop that never ends does, too. */
  CPU,
  /** Its tree has read or written, wherever to; proc_pid_io(5). */
  IO
}
