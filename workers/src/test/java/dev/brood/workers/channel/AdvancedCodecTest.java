package dev.brood.workers.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.workers.channel.v8.Boxed;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsSet;
import dev.brood.workers.channel.v8.SparseArray;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class AdvancedCodecTest {
  enum Color {
    RED
  }

  record Job(
      String name,
      long size,
      byte[] data,
      Instant at,
      Set<String> tags,
      List<Color> colors,
      BigInteger total,
      double[] weights,
      @Nullable Job next) {}

  private static @Nullable Object there(@Nullable Object value) {
    return Frames.roundTrip(Codec.ADVANCED, value);
  }

  @Test
  void encode_aRecord_keepsWhatV8HasValuesFor() {
    Job last =
        new Job(
            "é",
            1L << 40,
            new byte[0],
            Instant.EPOCH,
            Set.of(),
            List.of(),
            BigInteger.ONE,
            new double[0],
            null);
    Job job =
        new Job(
            "a",
            7,
            new byte[] {1},
            Instant.ofEpochMilli(5),
            Set.of("x"),
            List.of(Color.RED),
            BigInteger.TEN,
            new double[] {1},
            last);
    Map<?, ?> map = (Map<?, ?>) there(job);
    assertThat(map.get("name")).isEqualTo("a");
    assertThat(map.get("size")).isEqualTo(7);
    assertThat(map.get("data")).isEqualTo(new byte[] {1});
    assertThat(map.get("at")).isEqualTo(Instant.ofEpochMilli(5));
    assertThat(map.get("tags")).isInstanceOf(JsSet.class).isEqualTo(Set.of("x"));
    assertThat(map.get("colors")).isEqualTo(List.of("RED"));
    assertThat(map.get("total")).isEqualTo(BigInteger.TEN);
    assertThat(map.get("weights")).isEqualTo(new double[] {1});
    assertThat(((Map<?, ?>) map.get("next")).get("size")).isEqualTo((double) (1L << 40));
    Job back = Mappers.JSON.convertValue(map, Job.class);
    assertThat(back.next()).isNotNull();
    assertThat(back.next().size()).isEqualTo(1L << 40);
    assertThat(back.data()).containsExactly(1);
    assertThat(back.weights()).containsExactly(1);
    assertThat(back.at()).isEqualTo(job.at());
  }

  @Test
  void encode_trees_isTheirValues() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("a", 1).put("b", 2.5).put("c", new byte[] {3}).put("d", new BigInteger("99"));
    tree.putNull("e").putArray("f").add("g").addObject();
    Map<?, ?> map = (Map<?, ?>) there(tree);
    assertThat(Shape.of(map))
        .isEqualTo(
            Shape.of(
                ordered(
                    "a",
                    1,
                    "b",
                    2.5,
                    "c",
                    new byte[] {3},
                    "d",
                    new BigInteger("99"),
                    "e",
                    null,
                    "f",
                    List.of("g", Map.of()))));
  }

  @Test
  void encode_otherNumbers_becomeWhatJavaScriptHas() {
    assertThat(there((short) 5)).isEqualTo(5);
    assertThat(there((byte) -5)).isEqualTo(-5);
    assertThat(there(5L)).isEqualTo(5);
    assertThat(there(1L << 53)).isEqualTo(0x1p53);
    assertThat(there(Long.MIN_VALUE)).isEqualTo(-0x1p63);
    assertThat(there(0.5f)).isEqualTo(0.5);
    assertThat(there(new BigDecimal("0.1"))).isEqualTo(0.1);
    assertThat(there(new AtomicInteger(3))).isEqualTo(3);
    assertThat(there('x')).isEqualTo("x");
    assertThat(there(Color.RED)).isEqualTo("RED");
    assertThat(there(new Date(7))).isEqualTo(Instant.ofEpochMilli(7));
    assertThat(there(new char[] {'o', 'k'})).isEqualTo("ok");
    assertThat(there(new Object[] {1, "a"})).isEqualTo(List.of(1, "a"));
    assertThat(there(new TreeMap<>(Map.of(3, true)))).isEqualTo(Map.of("3", true));
    assertThat(there(Map.of(Color.RED, 1))).isEqualTo(Map.of("RED", 1));
  }

  @Test
  void encode_whatCannotBeWritten_saysWhatAndWhere() {
    refused(Map.of("a", List.of(1, Map.of("b", (1L << 53) + 1))), "a[1].b", "java.lang.Long");
    refused(Long.MAX_VALUE, "java.lang.Long");
    refused(new BigDecimal("1e400"), "BigDecimal");
    refused(Map.of("odd key", new Object()), "[\"odd key\"]", "java.lang.Object");
    refused(Map.of("h", JsConstant.HOLE), "hole", "at h");
    refused(Map.of("at", Instant.MAX), "Instant", "at");
    refused(List.of(Map.of(List.of(), 1)), "JsMap", "[0]");
    Map<@Nullable Object, Object> nullKey = new HashMap<>();
    nullKey.put(null, 1);
    refused(nullKey, "null");
    SparseArray outside = new SparseArray(2);
    outside.elements().put(2L, 1);
    refused(outside, "element 2 of 2");
  }

  private static void refused(@Nullable Object value, String... parts) {
    assertThatThrownBy(() -> Codec.ADVANCED.encode(value))
        .isInstanceOf(EncodingException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void encode_aValueThatContainsItself_arrivesAsACircle() {
    List<@Nullable Object> list = new ArrayList<>();
    JsMap map = new JsMap();
    JsSet set = new JsSet();
    list.add(map);
    map.put(list, set);
    set.add(set);
    set.add(list);
    List<?> there = (List<?>) there(list);
    JsMap thereMap = (JsMap) there.get(0);
    assertThat(thereMap.keySet().iterator().next()).isSameAs(there);
    JsSet thereSet = (JsSet) thereMap.get(there);
    assertThat(thereSet).isNotNull();
    assertThat(thereSet.iterator().next()).isSameAs(thereSet);
    assertThat(thereSet.contains(there)).isTrue();
  }

  @Test
  void encode_manyObjectsTwice_areEachOneObjectThere() {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      list.add(new HashMap<>());
    }
    list.addAll(List.copyOf(list.subList(0, 1000)));
    List<?> there = (List<?>) there(list);
    for (int i = 0; i < 1000; i++) {
      assertThat(there.get(i)).isSameAs(there.get(i + 1000));
    }
    assertThat(there.get(0)).isNotSameAs(there.get(1));
  }

  @Test
  void nesting_toTheLimit_isCarriedAndBeyondRefusedBothWays() {
    Object deepest = nested(Codec.DEPTH_LIMIT);
    assertThat(there(deepest)).isEqualTo(deepest);
    refused(nested(Codec.DEPTH_LIMIT + 1), "nested deeper than 1000");
    byte[] bomb = new byte[4 + 2 + 2_000_000];
    System.arraycopy(new byte[] {0, 30, (byte) 0x84, (byte) 0x82, -1, 15}, 0, bomb, 0, 6);
    for (byte tag : new byte[] {'o', ';', '\'', 'A', 'a', '\\', 'r', 'R', '?', '^', 'y'}) {
      for (int i = 6; i < bomb.length; i += 2) {
        bomb[i] = tag;
        bomb[i + 1] = (byte) (tag == '\\' ? 1 : tag == 'r' ? 'c' : tag);
      }
      assertThat(Frames.of(Codec.ADVANCED, bomb).errors()).as("tag " + (char) tag).hasSize(1);
    }
  }

  private static Object nested(int depth) {
    Object value = new ArrayList<>();
    for (int i = 1; i < depth; i++) {
      value = new ArrayList<>(List.of(value));
    }
    return value;
  }

  @Test
  void keysOfMapsAndSets_areComparedAsJavaScriptDoes() {
    JsMap map = new JsMap();
    map.put(1, "a");
    map.put(1.0, "b");
    map.put(BigInteger.ONE, "c");
    map.put(Double.NaN, "d");
    map.put(Double.NaN, "e");
    map.put(0.0, "f");
    map.put(-0.0, "g");
    map.put(null, "h");
    map.put(List.of(), "i");
    assertThat(map).hasSize(6);
    assertThat(map.get(1L)).isEqualTo("b");
    assertThat(map.get(0)).isEqualTo("g");
    assertThat(map.containsKey(new ArrayList<>())).isFalse();
    assertThat(map.remove(null)).isEqualTo("h");
    assertThat(Shape.of(there(map))).isEqualTo(Shape.of(map));
    JsSet set = new JsSet();
    assertThat(set.add(new Boxed(true))).isTrue();
    assertThat(set.add(new Boxed(true))).isTrue();
    assertThat(set.add("a")).isTrue();
    assertThat(set.add("a")).isFalse();
    assertThat(set.remove("a")).isTrue();
    assertThat(set).hasSize(2);
  }

  @Test
  void names_thatLookLikeIndexes_keepTheirSpelling() {
    Map<String, Object> map =
        ordered(
            "0",
            1,
            "00",
            2,
            "-1",
            3,
            "4294967294",
            4,
            "4294967295",
            5,
            "1.5",
            6,
            "",
            7,
            "1e3",
            8,
            "2147483648",
            9);
    assertThat(there(map)).isEqualTo(map);
  }

  @Test
  void numbersAsNames_areWrittenAsJavaScriptWritesThem() {
    assertThat(JsNumbers.text(1e21)).isEqualTo("1e+21");
    assertThat(JsNumbers.text(123456789012345680000.0)).isEqualTo("123456789012345680000");
    assertThat(JsNumbers.text(-1.5e-7)).isEqualTo("-1.5e-7");
    assertThat(JsNumbers.text(0.000001)).isEqualTo("0.000001");
    assertThat(JsNumbers.text(-0.0)).isEqualTo("0");
    assertThat(JsNumbers.text(1.7976931348623157e308)).isEqualTo("1.7976931348623157e+308");
    assertThat(JsNumbers.text(Double.MIN_VALUE)).isEqualTo("5e-324");
    assertThat(JsNumbers.text(Double.NaN)).isEqualTo("NaN");
    assertThat(JsNumbers.text(100)).isEqualTo("100");
  }

  private static Map<String, Object> ordered(@Nullable Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Test
  void valuesOfJavaScript_inOtherCodecs_areWhatJsonHas() {
    assertThat(Frames.roundTrip(Codec.JSON, Arrays.asList(JsConstant.UNDEFINED, new Boxed(1.5))))
        .isEqualTo(Arrays.asList(null, 1.5));
  }
}
