package dev.brood.workers.channel;

import org.jspecify.annotations.Nullable;

/**
 * How values become bytes on a channel and back. Immutable and thread-safe.
 *
 * <p>In every codec a value is null, a Boolean, Integer, Long, Double, BigInteger, String, List or
 * Map with String keys, in both directions; {@link #ADVANCED} and {@link #BINARY} have more.
 * Records, other objects, arrays, enums and Jackson trees can be written too: Jackson converts
 * them, so its annotations hold, and they arrive as maps and lists.
 *
 * <p>A value nested deeper than {@link #DEPTH_LIMIT} is refused in both directions.
 */
public sealed interface Codec permits FrameCodec {
  /** How many maps, lists and other containers may lie in each other. */
  int DEPTH_LIMIT = 1000;

  /**
   * Node's mode {@code json}: a line of JSON text per message, in UTF-8, for every language.
   *
   * <p>As in {@code JSON.stringify}, a number that is not finite is written as null. Integers of
   * any length travel, but Node reads them as doubles: beyond 2^53 it sees a neighbour. byte[] goes
   * as Base64 text and arrives as such. Invalid UTF-8 arrives as U+FFFD.
   */
  Codec JSON = new JsonCodec();

  /**
   * Node's mode {@code advanced}: V8's own values. Maps, lists and all other values with an
   * identity in JavaScript keep it: one that occurs twice arrives as one object, and circles are
   * allowed. Not so inside records and other objects that Jackson converts.
   *
   * <table>
   * <caption>Which value becomes which; of several named, the first is what arrives</caption>
   * <tr><th>JavaScript</th><th>Java</th></tr>
   * <tr><td>null</td><td>null</td></tr>
   * <tr><td>undefined, a hole, an invalid Date</td>
   *     <td>{@link dev.brood.workers.channel.v8.JsConstant}</td></tr>
   * <tr><td>true, false</td><td>Boolean</td></tr>
   * <tr><td>a number that is a 32-bit integer</td><td>Integer; Short, Byte, Long</td></tr>
   * <tr><td>any other number</td><td>Double; Float, BigDecimal, and a Long that a double can hold
   *     exactly, others are refused</td></tr>
   * <tr><td>BigInt</td><td>BigInteger</td></tr>
   * <tr><td>string</td><td>String, with lone surrogates as they are</td></tr>
   * <tr><td>object, instance of a class</td><td>LinkedHashMap; any Map, record or object</td></tr>
   * <tr><td>array</td><td>{@link dev.brood.workers.channel.v8.JsArray}, an ArrayList; any
   *     Collection but a Set, Object[]</td></tr>
   * <tr><td>array with holes</td><td>{@link dev.brood.workers.channel.v8.SparseArray}</td></tr>
   * <tr><td>Map</td><td>{@link dev.brood.workers.channel.v8.JsMap}</td></tr>
   * <tr><td>Set</td><td>{@link dev.brood.workers.channel.v8.JsSet}; any Set</td></tr>
   * <tr><td>Date</td><td>Instant, in milliseconds; java.util.Date</td></tr>
   * <tr><td>Buffer</td><td>byte[]</td></tr>
   * <tr><td>Int16Array, Int32Array, BigInt64Array</td><td>short[], int[], long[]</td></tr>
   * <tr><td>Float32Array, Float64Array</td><td>float[], double[]</td></tr>
   * <tr><td>other typed arrays, DataView</td>
   *     <td>{@link dev.brood.workers.channel.v8.TypedArray}</td></tr>
   * <tr><td>ArrayBuffer</td><td>{@link dev.brood.workers.channel.v8.ArrayBuffer}</td></tr>
   * <tr><td>RegExp</td><td>{@link dev.brood.workers.channel.v8.JsRegExp}</td></tr>
   * <tr><td>Error and its kinds</td><td>{@link dev.brood.workers.channel.v8.JsError}</td></tr>
   * <tr><td>boxed boolean, number, BigInt, string</td>
   *     <td>{@link dev.brood.workers.channel.v8.Boxed}</td></tr>
   * <tr><td>other native object</td><td>LinkedHashMap with its properties</td></tr>
   * </table>
   */
  Codec ADVANCED = new AdvancedCodec();

  /**
   * Four bytes of length, the highest first, then the value in CBOR (RFC 8949): for Java and Python
   * children, smaller and faster than text. byte[] travels as bytes. Strings with lone surrogates
   * are refused: there is no UTF-8 for them.
   */
  Codec BINARY = new CborCodec();

  /** Its name on the wire: the value of {@code NODE_CHANNEL_SERIALIZATION_MODE}. */
  String name();

  /**
   * The codec with that {@link #name}.
   *
   * @throws HandleException if there is none
   */
  static Codec named(String name) {
    return switch (name) {
      case "json" -> JSON;
      case "advanced" -> ADVANCED;
      case "cbor" -> BINARY;
      default -> throw new HandleException("no codec is called \"" + name + "\"");
    };
  }

  /**
   * A whole frame with one value.
   *
   * @throws EncodingException if the value, or something in it, cannot be written
   */
  byte[] encode(@Nullable Object value);

  /**
   * A decoder for one stream.
   *
   * @param messageLimitBytes of a longer message, framing not counted, only the fact is reported,
   *     and no memory is taken
   */
  FrameDecoder decoder(long messageLimitBytes);
}
