package dev.brood.process.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class BackgroundLogTest {
  /** Takes nothing before it is let. */
  private static final class StuckLogger implements System.Logger {
    final CompletableFuture<Void> open = new CompletableFuture<>();
    final BlockingQueue<String> taken = new LinkedBlockingQueue<>();

    @Override
    public String getName() {
      return "stuck";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
      open.join();
      taken.add(thrown == null ? text : text + ": " + thrown.getMessage());
      if (text.equals("fails")) {
        throw new IllegalStateException("by the test");
      }
      if (text.equals("breaks")) {
        throw new AssertionError("by the test");
      }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      throw new UnsupportedOperationException(format);
    }
  }

  @Test
  void log_whileTheLoggerIsStuck_neverWaitsAndCountsWhatIsLost() throws Exception {
    StuckLogger logger = new StuckLogger();
    BackgroundLog.log(() -> logger, Level.WARNING, "fails", null);
    BackgroundLog.log(() -> logger, Level.ERROR, "thrown", new IllegalStateException("why"));
    for (int i = 0; i < 2 * BackgroundLog.MOST_WAITING; i++) {
      BackgroundLog.log(() -> logger, Level.INFO, "message " + i, null);
    }
    logger.open.complete(null);

    List<String> taken = new ArrayList<>();
    String last = "";
    while (!last.contains("lost")) {
      last = logger.taken.poll(30, TimeUnit.SECONDS);
      assertThat(last).isNotNull();
      taken.add(last);
    }
    assertThat(taken).startsWith("fails", "thrown: why", "message 0", "message 1");
    int lost = Integer.parseInt(last.substring(0, last.indexOf(' ')));
    assertThat(taken.size() - 1 + lost).isEqualTo(2 + 2 * BackgroundLog.MOST_WAITING);

    BackgroundLog.log(() -> logger, Level.INFO, "goes on", null);
    assertThat(logger.taken.poll(30, TimeUnit.SECONDS)).isEqualTo("goes on");
  }

  @Test
  void log_afterAnErrorOfALogger_goesOn() throws Exception {
    StuckLogger logger = new StuckLogger();
    logger.open.complete(null);
    for (int i = 0; i < 2; i++) {
      BackgroundLog.log(() -> logger, Level.WARNING, "breaks", null);
      assertThat(logger.taken.poll(30, TimeUnit.SECONDS)).isEqualTo("breaks");
      BackgroundLog.log(() -> logger, Level.WARNING, "goes on", null);
      assertThat(logger.taken.poll(30, TimeUnit.SECONDS)).isEqualTo("goes on");
    }
  }
}
