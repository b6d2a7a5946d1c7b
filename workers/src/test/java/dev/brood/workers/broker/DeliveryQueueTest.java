package dev.brood.workers.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryQueueTest {
  @Test
  void oldest_makeRoom_asManyAsNeeded() throws Exception {
    DeliveryQueue queue = queue(10, 100, WhenBehind.DROP_OLDEST);
    Delivery first = delivery(40);
    Delivery second = delivery(40);
    Delivery third = delivery(90);
    assertThat(queue.add(first)).isEqualTo(DeliveryQueue.Added.CLEANLY);
    assertThat(queue.add(second)).isEqualTo(DeliveryQueue.Added.CLEANLY);
    assertThat(queue.add(third).dropped()).containsExactly(first, second);
    assertThat(queue.take()).isSameAs(third);
  }

  @Test
  void newest_isDropped_whenThereAreEnough() throws Exception {
    DeliveryQueue queue = queue(1, 100, WhenBehind.DROP_NEWEST);
    Delivery first = delivery(1);
    Delivery second = delivery(1);
    assertThat(queue.add(first).dropped()).isEmpty();
    assertThat(queue.add(second)).isEqualTo(new DeliveryQueue.Added(List.of(second), false));
    assertThat(queue.take()).isSameAs(first);
    assertThat(queue.size()).isZero();
  }

  @Test
  void receiver_thatHasToGo_isTold() {
    DeliveryQueue queue = queue(1, 100, WhenBehind.DISCONNECT);
    assertThat(queue.add(delivery(1)).overflow()).isFalse();
    assertThat(queue.add(delivery(1)).overflow()).isTrue();
  }

  @Test
  void oneMessage_largerThanTheLimit_hasRoomAlone() {
    DeliveryQueue queue = queue(10, 100, WhenBehind.DROP_NEWEST);
    assertThat(queue.add(delivery(1000)).dropped()).isEmpty();
    assertThat(queue.hasRoomFor(1)).isFalse();
  }

  @Test
  void closedQueue_givesBackWhatWaitsAndTakesNothing() throws Exception {
    DeliveryQueue queue = queue(10, 100, WhenBehind.DROP_OLDEST);
    Delivery first = delivery(1);
    Delivery second = delivery(1);
    assertThat(queue.add(first).dropped()).isEmpty();
    assertThat(queue.close()).containsExactly(first);
    assertThat(queue.add(second).dropped()).containsExactly(second);
    assertThat(queue.take()).isNull();
    assertThat(queue.close()).isEmpty();
  }

  private static DeliveryQueue queue(int messages, long bytes, WhenBehind whenBehind) {
    return new DeliveryQueue(
        BrokerOptions.DEFAULT.queueLimit(messages, bytes).whenBehind(whenBehind));
  }

  private static Delivery delivery(int bytes) {
    Letter letter = Letter.published(null, "t", null);
    return Delivery.of(letter, Envelope.message(letter), null).sized(bytes);
  }
}
