package dev.brood.workers.pool;

import dev.brood.workers.channel.Message;

/** Values of messages as what a program wants. */
final class Values {
  private Values() {}

  /**
   * The value of a message as a {@code type}; at no cost if it is one already.
   *
   * @throws dev.brood.workers.channel.EncodingException if it does not fit
   */
  static <T> T as(Message message, Class<T> type) {
    Object value = message.value();
    return type.isInstance(value) ? type.cast(value) : message.as(type);
  }
}
