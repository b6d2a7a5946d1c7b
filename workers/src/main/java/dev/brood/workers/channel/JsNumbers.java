package dev.brood.workers.channel;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** Numbers as JavaScript uses them: as keys, and as bits that stand for letters. */
final class JsNumbers {
  /** Of an array, 2^32 - 2; a key beyond it is a name. */
  static final long LAST_INDEX = 0xffff_fffeL;

  /** The times that a Date can hold, either side of 1970. */
  static final double DATE_LIMIT_MILLIS = 8.64e15;

  /** The flags of a regular expression: the letter for each bit. Bit 6 is for no standard flag. */
  private static final String FLAGS = "gimyus\0dv";

  private JsNumbers() {}

  /** A Long if this is how an index of an array is spelled, else the text itself. */
  static Object indexOrText(String text) {
    long index = index(text);
    return index < 0 ? text : (Object) index;
  }

  static Object indexOrText(long number) {
    return number >= 0 && number <= LAST_INDEX ? (Object) number : Long.toString(number);
  }

  static Object indexOrText(double number) {
    if (number >= 0 && number <= LAST_INDEX && number == Math.rint(number)) {
      return (long) number;
    }
    return text(number);
  }

  /** The index that {@code text} spells, -1 if it spells none. */
  static long index(String text) {
    int length = text.length();
    if (length == 0 || length > 10 || text.charAt(0) == '0' && length > 1) {
      return -1;
    }
    long index = 0;
    for (int i = 0; i < length; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      index = index * 10 + digit;
    }
    return index <= LAST_INDEX ? index : -1;
  }

  /** As Number.prototype.toString (ECMA-262) writes it. */
  static String text(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return Double.toString(number);
    }
    if (number == 0) {
      return "0";
    }
    double size = Math.abs(number);
    BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    BigDecimal one = digits.round(new MathContext(1)); // Java writes two at least
    if (one.doubleValue() == number) {
      digits = one;
    }
    if (size >= 1e-6 && size < 1e21) {
      return digits.toPlainString();
    }
    String text = digits.unscaledValue().abs().toString();
    int exponent = text.length() - 1 - digits.scale();
    return (number < 0 ? "-" : "")
        + text.charAt(0)
        + (text.length() > 1 ? "." + text.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }

  /** The letters of flags, null if there are unknown ones. */
  static @Nullable String flags(long bits) {
    StringBuilder letters = new StringBuilder();
    if (bits >= 1L << FLAGS.length() || (bits & 1 << FLAGS.indexOf('\0')) != 0) {
      return null;
    }
    for (int i = 0; i < FLAGS.length(); i++) {
      if ((bits & 1L << i) != 0) {
        letters.append(FLAGS.charAt(i));
      }
    }
    return letters
        .chars()
        .sorted()
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The bits of flags, all of which are known. */
  static long bits(String flags) {
    return flags.chars().mapToLong(letter -> 1L << FLAGS.indexOf(letter)).sum();
  }
}
