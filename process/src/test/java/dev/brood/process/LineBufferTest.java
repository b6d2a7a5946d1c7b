package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineBufferTest {
  private static final int NO_LIMIT = 1 << 20;

  private static LineBuffer buffer(int limit) {
    return new LineBuffer(StandardCharsets.UTF_8, limit);
  }

  /** Feeds text in pieces of so many bytes; a piece that more follows ends with {@code +}. */
  private static List<String> cut(LineBuffer buffer, String text, int step) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>();
    for (int done = 0; done < bytes.length; ) {
      byte[] room = buffer.writable();
      int count = Math.min(Math.min(step, bytes.length - done), room.length - buffer.writeOffset());
      assertThat(count).isPositive();
      System.arraycopy(bytes, done, room, buffer.writeOffset(), count);
      buffer.written(count);
      done += count;
      for (String line = buffer.next(); line != null; line = buffer.next()) {
        lines.add(buffer.partial() ? line + "+" : line);
      }
    }
    String last = buffer.last();
    if (last != null) {
      lines.add(last);
      assertThat(buffer.partial()).isFalse();
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a~b~|a,b",
        "a~b|a,b",
        "a^~b^~|a,b",
        "~~|,",
        "^~|''",
        "a^b~|a^b",
        "a^^~|a^",
        "a~^|a,^"
      })
  void next_lineEnds_areLineFeedWithOrWithoutOneCarriageReturn(String text, String expected) {
    String input = text.replace('~', '\n').replace('^', '\r');
    List<String> lines = List.of(expected.replace('^', '\r').split(",", -1));

    for (int step = 1; step <= input.length(); step++) {
      assertThat(cut(buffer(NO_LIMIT), input, step)).as("step %d", step).isEqualTo(lines);
    }
  }

  @Test
  void last_nothingLeft_isNull() {
    assertThat(cut(buffer(NO_LIMIT), "", 1)).isEmpty();
    assertThat(cut(buffer(NO_LIMIT), "a\n", 1)).containsExactly("a");
  }

  @Test
  void next_multibyteCharacterAtEveryEdge_isWhole() {
    String text = "añ€😀\r\n€\n\n😀ñ";
    for (int step = 1; step <= 24; step++) {
      assertThat(cut(buffer(NO_LIMIT), text, step))
          .as("step %d", step)
          .containsExactly("añ€😀", "€", "", "😀ñ");
    }
  }

  @Test
  void next_lineAcrossEachEdgeOfTheGrowingArray_isWhole() {
    for (int edge : new int[] {8 * 1024, 16 * 1024, 64 * 1024, 128 * 1024}) {
      for (int before = 0; before <= 14; before++) {
        String filler = "x".repeat(edge - before);
        assertThat(cut(buffer(NO_LIMIT), filler + "\n😀€ñ\r\n€", edge))
            .as("%d before %d", before, edge)
            .containsExactly(filler, "😀€ñ", "€");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "€", "😀"})
  void next_longerThanTheLimit_comesInPiecesThatCutNoCharacter(String character) {
    String line = character.repeat(12);
    for (int offset = 0; offset < 5; offset++) {
      String text = "x".repeat(offset) + line;
      for (int step = 1; step <= 50; step++) {
        List<String> pieces = cut(buffer(8), text + "\nnext\n", step);
        List<String> ofLine = pieces.subList(0, pieces.size() - 1);

        assertThat(String.join("", ofLine).replace("+", "")).as("step %d", step).isEqualTo(text);
        assertThat(ofLine.subList(0, ofLine.size() - 1)).allMatch(piece -> piece.endsWith("+"));
        assertThat(ofLine.getLast()).doesNotEndWith("+");
        assertThat(ofLine)
            .allMatch(piece -> piece.replace("+", "").getBytes(StandardCharsets.UTF_8).length <= 8);
        assertThat(pieces.getLast()).isEqualTo("next");
      }
    }
  }

  @Test
  void next_carriageReturnAtTheLimit_isStillPartOfTheLineEnd() {
    for (int length = 5; length <= 10; length++) {
      String text = "x".repeat(length);
      for (int step = 1; step <= 14; step++) {
        String joined = String.join("", cut(buffer(8), text + "\r\n", step)).replace("+", "");
        assertThat(joined).as("length %d, step %d", length, step).isEqualTo(text);
      }
    }
  }

  @Test
  void next_exactlyTheLimit_isOneWholeLine() {
    for (int step = 1; step <= 9; step++) {
      assertThat(cut(buffer(8), "12345678\n", step))
          .as("step %d", step)
          .containsExactly("12345678");
    }
  }

  @Test
  void next_bytesThatAreNoUtf8AtTheLimit_endAllTheSame() {
    LineBuffer buffer = buffer(8);
    byte[] room = buffer.writable();
    for (int i = 0; i < 20; i++) {
      room[i] = (byte) 0x80;
    }
    buffer.written(20);

    int characters = 0;
    for (String piece = buffer.next(); piece != null; piece = buffer.next()) {
      characters += piece.length();
    }
    String last = buffer.last();
    assertThat(characters + (last == null ? 0 : last.length())).isEqualTo(20);
  }

  @Test
  void take_afterSomeLines_givesTheBytesThatFollow() {
    LineBuffer buffer = buffer(NO_LIMIT);
    byte[] text = "one\ntwo\nrest".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, buffer.writable(), 0, text.length);
    buffer.written(text.length);
    assertThat(buffer.next()).isEqualTo("one");

    byte[] taken = new byte[6];
    assertThat(buffer.take(taken, 1, 4)).isEqualTo(4);

    assertThat(new String(taken, 1, 4, StandardCharsets.UTF_8)).isEqualTo("two\n");
    assertThat(buffer.last()).isEqualTo("rest");
    assertThat(buffer.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32BE", "x-UTF-16LE-BOM"})
  void constructor_charsetWhoseLineEndIsNotOneByte_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LineBuffer(Charset.forName(name), 10))
        .withMessageContaining(name);
  }
}
