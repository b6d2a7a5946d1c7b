package dev.brood.workers.channel;

import dev.brood.workers.channel.v8.ArrayBuffer;
import dev.brood.workers.channel.v8.Boxed;
import dev.brood.workers.channel.v8.JsArray;
import dev.brood.workers.channel.v8.JsConstant;
import dev.brood.workers.channel.v8.JsError;
import dev.brood.workers.channel.v8.JsMap;
import dev.brood.workers.channel.v8.JsRegExp;
import dev.brood.workers.channel.v8.SparseArray;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Writes one message in V8's format. For one use. */
final class V8Writer {
  private static final double BEYOND_LONG = 0x1p63;

  private final FrameBuffer out;
  private final V8Output parts;
  private final V8Identities identities = new V8Identities();

  /** The way to the value being written, for errors. */
  private @Nullable Object[] path = new Object[16];

  private int depth;

  V8Writer(FrameBuffer out) {
    this.out = out;
    this.parts = new V8Output(out);
  }

  void message(@Nullable Object value) {
    out.write(V8Tag.VERSION);
    out.varint(V8Tag.WRITTEN_VERSION);
    value(value);
  }

  private void value(@Nullable Object value) {
    switch (value) {
      case null -> out.write(V8Tag.NULL);
      case String text -> parts.string(text);
      case Integer number -> parts.int32(number);
      case Boolean truth -> out.write(truth ? V8Tag.TRUE : V8Tag.FALSE);
      case Double number -> parts.number(number);
      case Number number -> otherNumber(number);
      case JsConstant constant -> constant(constant);
      default -> object(value);
    }
  }

  private void otherNumber(Number number) {
    switch (number) {
      case Long whole -> whole(whole);
      case Short _, Byte _ -> parts.int32(number.intValue());
      case Float fraction -> parts.number(fraction);
      case BigInteger big -> parts.bigInteger(big);
      case BigDecimal big when Double.isFinite(big.doubleValue()) ->
          parts.number(big.doubleValue());
      case BigDecimal _ -> throw refused(number, "it is beyond what a double holds");
      default -> converted(number);
    }
  }

  private void whole(long number) {
    double exact = number;
    if (number == (int) number) {
      parts.int32((int) number);
    } else if (exact < BEYOND_LONG && (long) exact == number) {
      parts.number(exact);
    } else {
      throw refused(number, "no double holds %d; a BigInteger would do".formatted(number));
    }
  }

  private void constant(JsConstant constant) {
    switch (constant) {
      case UNDEFINED -> out.write(V8Tag.UNDEFINED);
      case INVALID_DATE -> {
        identities.skip();
        date(Double.NaN);
      }
      case HOLE -> throw refused(constant, "a hole is in a list or nowhere");
    }
  }

  private void object(Object value) {
    int known = identities.find(value);
    if (known >= 0) {
      out.write(V8Tag.REFERENCE);
      out.varint(known);
      return;
    }
    if (++depth > Codec.DEPTH_LIMIT) {
      depth--;
      throw refused(value, "nested deeper than " + Codec.DEPTH_LIMIT);
    }
    if (depth == path.length) {
      path = Arrays.copyOf(path, path.length * 2);
    }
    path[depth] = null;
    switch (value) {
      case JsMap map -> map(map);
      case Map<?, ?> map -> plainObject(map);
      case Set<?> set -> set(set);
      case Collection<?> list -> denseArray(list);
      case Object[] array -> denseArray(Arrays.asList(array), array);
      default -> single(value);
    }
    depth--;
  }

  /** What holds no other values, or few. */
  private void single(Object value) {
    if (V8Views.isView(value)) {
      identities.begin(value);
      V8Views.write(value, out);
      return;
    }
    switch (value) {
      case Instant instant -> date(instant);
      case Date date -> date(date, date.getTime());
      case SparseArray array -> sparseArray(array);
      case ArrayBuffer buffer -> arrayBuffer(buffer);
      case JsRegExp pattern -> {
        identities.begin(pattern);
        out.write(V8Tag.REG_EXP);
        parts.string(pattern.source());
        out.varint(JsNumbers.bits(pattern.flags()));
      }
      case JsError error -> error(error);
      case Boxed boxed -> boxed(boxed);
      default -> converted(value);
    }
  }

  private void plainObject(Map<?, ?> map) {
    identities.begin(map);
    out.write(V8Tag.OBJECT);
    int pairs = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      pair(V8Conversion.key(map, entry.getKey(), this), entry.getValue());
      pairs++;
    }
    out.write(V8Tag.OBJECT_END);
    out.varint(pairs);
  }

  private void pair(String key, @Nullable Object value) {
    long index = JsNumbers.index(key);
    if (index < 0) {
      parts.string(key);
    } else {
      parts.index(index);
    }
    step(key, value);
  }

  /** Writes a value one step further in. */
  private void step(Object step, @Nullable Object value) {
    path[depth] = step;
    value(value);
  }

  private void map(JsMap map) {
    identities.begin(map);
    out.write(V8Tag.MAP);
    int parts = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      step("key " + parts / 2, entry.getKey());
      step("value " + parts / 2, entry.getValue());
      parts += 2;
    }
    out.write(V8Tag.MAP_END);
    out.varint(parts);
  }

  private void set(Set<?> set) {
    identities.begin(set);
    out.write(V8Tag.SET);
    int parts = 0;
    for (Object value : set) {
      step(parts, value);
      parts++;
    }
    out.write(V8Tag.SET_END);
    out.varint(parts);
  }

  private void denseArray(Collection<?> list) {
    denseArray(list, list);
  }

  private void denseArray(Collection<?> list, Object identity) {
    identities.begin(identity);
    int length = list.size();
    out.write(V8Tag.DENSE_ARRAY);
    out.varint(length);
    int written = 0;
    for (Object element : list) {
      if (element == JsConstant.HOLE) {
        out.write(V8Tag.HOLE);
      } else {
        step(written, element);
      }
      written++;
    }
    if (written != length) {
      throw refused(identity, "it changed while it was written");
    }
    int pairs = 0;
    if (identity instanceof JsArray array && array.hasProperties()) {
      for (Map.Entry<String, @Nullable Object> property : array.properties().entrySet()) {
        pair(property.getKey(), property.getValue());
        pairs++;
      }
    }
    out.write(V8Tag.DENSE_ARRAY_END);
    out.varint(pairs);
    out.varint(length);
  }

  private void sparseArray(SparseArray array) {
    identities.begin(array);
    out.write(V8Tag.SPARSE_ARRAY);
    out.varint(array.length());
    int pairs = 0;
    for (Map.Entry<Long, @Nullable Object> element : array.elements().entrySet()) {
      long index = element.getKey();
      if (index < 0 || index >= array.length()) {
        throw refused(array, "element %d of %d".formatted(index, array.length()));
      }
      parts.index(index);
      step("" + index, element.getValue());
      pairs++;
    }
    for (Map.Entry<String, @Nullable Object> property : array.properties().entrySet()) {
      pair(property.getKey(), property.getValue());
      pairs++;
    }
    out.write(V8Tag.SPARSE_ARRAY_END);
    out.varint(pairs);
    out.varint(array.length());
  }

  private void date(Instant instant) {
    try {
      date(instant, instant.toEpochMilli());
    } catch (ArithmeticException e) {
      throw refused(instant, "no Date reaches it");
    }
  }

  private void date(Object identity, long millis) {
    if (Math.abs(millis) > JsNumbers.DATE_LIMIT_MILLIS) {
      throw refused(identity, "no Date reaches it");
    }
    identities.begin(identity);
    date((double) millis);
  }

  private void date(double millis) {
    out.write(V8Tag.DATE);
    out.littleDouble(millis);
  }

  private void arrayBuffer(ArrayBuffer buffer) {
    identities.begin(buffer);
    byte[] bytes = buffer.bytes();
    if (buffer.maxLength().isPresent()) {
      out.write(V8Tag.RESIZABLE_ARRAY_BUFFER);
      out.varint(bytes.length);
      out.varint(buffer.maxLength().getAsLong());
    } else {
      out.write(V8Tag.ARRAY_BUFFER);
      out.varint(bytes.length);
    }
    out.write(bytes);
  }

  private void error(JsError error) {
    identities.begin(error);
    out.write(V8Tag.ERROR);
    int letter = V8Conversion.letter(error.kind());
    if (letter != 0) {
      out.write(letter);
    }
    errorText(V8Tag.ERROR_MESSAGE, error.message());
    // Before the cause: from Node 22 on an error is made when its cause begins, and a stack that
    // comes later ends the peer. Older ones take either order.
    errorText(V8Tag.ERROR_STACK, error.stack());
    if (error.cause() != JsConstant.UNDEFINED) {
      out.write(V8Tag.ERROR_CAUSE);
      step("cause", error.cause());
    }
    out.write(V8Tag.ERROR_END);
  }

  private void errorText(int tag, @Nullable String text) {
    if (text != null) {
      out.write(tag);
      parts.string(text);
    }
  }

  private void boxed(Boxed boxed) {
    identities.begin(boxed);
    switch (boxed.value()) {
      case Boolean truth -> out.write(truth ? V8Tag.BOXED_TRUE : V8Tag.BOXED_FALSE);
      case Double number -> {
        out.write(V8Tag.BOXED_NUMBER);
        out.littleDouble(number);
      }
      case BigInteger number -> {
        out.write(V8Tag.BOXED_BIG_INT);
        parts.bigIntegerBody(number);
      }
      default -> {
        out.write(V8Tag.BOXED_STRING);
        parts.string((String) boxed.value());
      }
    }
  }

  private void converted(Object value) {
    Object plain;
    try {
      plain = V8Conversion.convert(value);
    } catch (JacksonException e) {
      throw Mappers.unwritable(value, place(), e);
    }
    if (plain != null && plain.getClass() == value.getClass()) {
      throw refused(value, "V8 has no such value");
    }
    value(plain);
  }

  /** What a caller is told. */
  EncodingException refused(@Nullable Object value, String reason) {
    String type = value == null ? "null" : value.getClass().getTypeName();
    String place = place();
    return new EncodingException(
        "cannot write %s as a message%s: %s"
            .formatted(type, place.isEmpty() ? "" : " at " + place, reason));
  }

  private String place() {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= Math.min(depth, 20) && path[i] != null; i++) {
      Mappers.appendStep(text, path[i]);
    }
    return text.toString();
  }
}
