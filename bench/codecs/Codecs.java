import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.FrameDecoder;
import dev.brood.workers.channel.FrameSink;
import dev.brood.workers.channel.MalformedMessageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.smile.SmileMapper;
import tools.jackson.dataformat.smile.SmileWriteFeature;

/** Compares the codecs of channels, and Jackson's CBOR and Smile: size, writing, reading. */
final class Codecs {
  private static final int ROUNDS = 9;
  private static final long ROUND_NANOS = 150_000_000;

  record Contestant(
      String name, Function<Object, byte[]> encode, Function<byte[], Object> decode) {}

  record Order(
      long id, String customer, double total, boolean paid, List<String> tags, String note) {}

  private static Object sink;

  private Codecs() {}

  public static void main(String[] arguments) {
    List<Contestant> contestants =
        List.of(
            of("JSON", Codec.JSON),
            of("ADVANCED", Codec.ADVANCED),
            of("BINARY: CBOR, own reader", Codec.BINARY),
            of("CBOR, Jackson's reader", CBORMapper.shared()),
            of("Smile", SmileMapper.shared()),
            of(
                "Smile, bytes as they are",
                SmileMapper.builder().disable(SmileWriteFeature.ENCODE_BINARY_AS_7BIT).build()));
    shapes()
        .forEach((shape, value) -> {
          System.out.printf("%n| %s | bytes | write ns | read ns |%n|---|--:|--:|--:|%n", shape);
          long[][][] nanos = new long[contestants.size()][2][ROUNDS];
          for (int round = -3; round < ROUNDS; round++) {
            for (int i = 0; i < contestants.size(); i++) {
              Contestant contestant = contestants.get(i);
              byte[] bytes = contestant.encode().apply(value);
              long write = nanosEach(() -> sink = contestant.encode().apply(value));
              long read = nanosEach(() -> sink = contestant.decode().apply(bytes));
              if (round >= 0) {
                nanos[i][0][round] = write;
                nanos[i][1][round] = read;
              }
            }
          }
          for (int i = 0; i < contestants.size(); i++) {
            Contestant contestant = contestants.get(i);
            System.out.printf(
                "| %s | %,d | %,d | %,d |%n",
                contestant.name(),
                contestant.encode().apply(value).length,
                median(nanos[i][0]),
                median(nanos[i][1]));
          }
        });
  }

  private static Contestant of(String name, Codec codec) {
    return new Contestant(name, codec::encode, bytes -> decode(codec, bytes));
  }

  private static Contestant of(String name, ObjectMapper mapper) {
    ObjectReader reader = mapper.readerFor(Object.class);
    return new Contestant(name, mapper::writeValueAsBytes, reader::readValue);
  }

  private static Object decode(Codec codec, byte[] bytes) {
    FrameDecoder decoder = codec.decoder(1 << 30);
    Object[] result = new Object[1];
    decoder.feed(
        bytes,
        0,
        bytes.length,
        new FrameSink() {
          @Override
          public void frame(Object value, int length) {
            result[0] = value;
          }

          @Override
          public void malformed(MalformedMessageException reason) {
            throw reason;
          }
        });
    return result[0];
  }

  private static long nanosEach(Runnable task) {
    long start = System.nanoTime();
    long count = 0;
    long passed;
    do {
      task.run();
      count++;
      passed = System.nanoTime() - start;
    } while (passed < ROUND_NANOS);
    return passed / count;
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static Map<String, Object> shapes() {
    Random random = new Random(1);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("path", "/orders/4711");
    body.put("limit", 20);
    body.put("open", true);
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("brood", "request");
    request.put("id", 123);
    request.put("body", body);
    List<Order> orders = new ArrayList<>();
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      orders.add(
          new Order(
              1_000_000_000L + random.nextInt(1_000_000),
              "customer " + random.nextInt(1000),
              random.nextInt(100_000) / 100.0,
              random.nextBoolean(),
              List.of("new", "express"),
              "Grüße an die Küche"));
    }
    for (int i = 0; i < 1000; i++) {
      numbers.add(random.nextGaussian());
    }
    byte[] bytes = new byte[64 * 1024];
    random.nextBytes(bytes);
    Map<String, Object> shapes = new LinkedHashMap<>();
    shapes.put("a request, 3 fields", request);
    shapes.put("100 records", orders);
    shapes.put("1,000 doubles", numbers);
    shapes.put("64 KiB of bytes", Map.of("data", bytes));
    shapes.put("64 KiB of text", "Die Grüße kommen später. ".repeat(2427));
    return shapes;
  }
}
