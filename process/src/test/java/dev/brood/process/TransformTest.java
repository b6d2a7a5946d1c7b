package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TransformTest {
  private static String through(Transform transform, String text, int step) throws IOException {
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    InputStream slow =
        new FilterInputStream(in) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return super.read(target, offset, Math.min(length, step));
          }
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    transform.run(slow, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void map_linesCutAnywhere_changesEachWholeLine() throws IOException {
    Transform upper = Transform.map(line -> line.toUpperCase(Locale.ROOT));
    for (int step = 1; step < 20; step++) {
      assertThat(through(upper, "añ€\r\n\nßx\nend", step)).isEqualTo("AÑ€\n\nSSX\nEND\n");
    }
  }

  @Test
  void filter_linesThatDoNotMatch_areGone() throws IOException {
    assertThat(through(Transform.filter(line -> line.startsWith("k")), "k1\nx\nk2", 100))
        .isEqualTo("k1\nk2\n");
  }

  @Test
  void prefix_eachLine_hasIt() throws IOException {
    assertThat(through(Transform.prefix("> "), "a\n\nb\n", 100)).isEqualTo("> a\n> \n> b\n");
  }

  @Test
  void map_emptyInput_writesNothing() throws IOException {
    assertThat(through(Transform.map(line -> "x"), "", 1)).isEmpty();
  }

  @Test
  void map_functionThatFails_failsWithItsError() {
    Transform failing =
        Transform.map(line -> {
          throw new IllegalStateException("no " + line);
        });

    assertThatThrownBy(() -> through(failing, "a\n", 10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no a");
  }

  @Test
  void map_betweenTwoChildren_changesTheLinesWhileTheyFlow() throws Exception {
    try (Child source = Command.of("cat").stdin(Stdio.pipe()).spawn();
        Child target = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
      Transform numbered = Transform.filter(line -> !line.isEmpty());
      Thread pump =
          Thread.startVirtualThread(() -> {
            try (ChildInput into = target.stdin()) {
              numbered.run(source.stdout(), into);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      source.stdin().println("first").println("").println("second");

      // Both arrive while the source is still open: nothing is held back to the end.
      assertThat(target.stdout().readLine()).isEqualTo("first");
      assertThat(target.stdout().readLine()).isEqualTo("second");

      source.stdin().close();
      assertThat(target.stdout().readLine()).isNull();
      pump.join();
    }
  }
}
