package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.process.internal.linux.Descriptors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Records and trees of Jackson as messages. */
class RecordsTest {
  /** Something to order. */
  record Item(String name, int count, List<Double> prices) {}

  /** An order. */
  record Order(long number, Item item, Map<String, Item> more, boolean paid) {}

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced", "cbor"})
  void recordsAndTrees_inEveryCodec_mapBothWays(String codec) throws Exception {
    ChannelOptions options = ChannelOptions.of(Codec.named(codec));
    int[] ends = new int[2];
    assertThat(Descriptors.socketPair(ends)).isZero();
    try (Channel here = Channel.adopt(ends[0], options);
        Channel there = Channel.adopt(ends[1], options)) {
      Item item = new Item("é", 2, List.of(1.5, 2.25));
      Order order = new Order(1L << 40, item, Map.of("a", item), true);
      assertThat(here.send(order)).isTrue();
      Message message = there.receive(Duration.ofSeconds(20)).orElseThrow();
      assertThat(message.as(Order.class)).isEqualTo(order);
      assertThatThrownBy(() -> message.as(Item.class)).isInstanceOf(EncodingException.class);
      JsonNode tree = JsonMapper.shared().valueToTree(order);
      assertThat(message.tree().at("/item/count").asInt()).isEqualTo(2);
      assertThat(there.send(tree)).isTrue();
      Message back = here.receive(Duration.ofSeconds(20)).orElseThrow();
      assertThat(back.as(Order.class)).isEqualTo(order);
    }
  }
}
