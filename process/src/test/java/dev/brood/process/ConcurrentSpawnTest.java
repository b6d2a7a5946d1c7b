package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.HelperPrograms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads start children at once, while others open, write and run files. */
class ConcurrentSpawnTest {
  private static final int THREADS = 64;

  @TempDir private Path directory;

  private static <T> List<T> all(boolean virtual, int threads, Callable<List<T>> task)
      throws Exception {
    try (ExecutorService executor =
        virtual
            ? Executors.newVirtualThreadPerTaskExecutor()
            : Executors.newFixedThreadPool(threads)) {
      List<Future<List<T>>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(executor.submit(task));
      }
      List<T> results = new ArrayList<>();
      for (Future<List<T>> future : futures) {
        results.addAll(future.get());
      }
      return results;
    }
  }

  private List<String> writeAndRun(int times) throws Exception {
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      String id = Thread.currentThread().threadId() + "-" + i;
      Path script = StartTest.script(directory.resolve("s" + id), "#!/bin/sh\necho " + id + "\n");
      String output = Command.of(script).text();
      outputs.add(output.equals(id) ? "right" : "\"" + output + "\" and not " + id);
    }
    return outputs;
  }

  @Test
  void spawn_justWrittenScriptsBy64Threads_neverFailsAsBusy() throws Exception {
    // A child between fork and exec of another thread holds a script open for writing: ETXTBSY.
    for (boolean virtual : new boolean[] {false, true}) {
      assertThat(all(virtual, THREADS, () -> writeAndRun(5)))
          .hasSize(THREADS * 5)
          .containsOnly("right");
    }
  }

  @Tag("slow")
  @Test
  void spawn_manyJustWrittenScripts_neverFailsAsBusy() throws Exception {
    for (boolean virtual : new boolean[] {false, true}) {
      assertThat(all(virtual, THREADS, () -> writeAndRun(40)))
          .filteredOn(outcome -> !outcome.equals("right"))
          .isEmpty();
    }
  }

  private static List<String> strangers(int times) throws InterruptedException {
    List<String> strangers = new ArrayList<>();
    Command look = Command.of(HelperPrograms.printDescriptors(200)).stdin(Stdio.text("x"));
    for (int i = 0; i < times; i++) {
      List<String> lines = look.textLines();
      if (lines.size() != 3) {
        strangers.add(lines.toString());
      }
    }
    return strangers;
  }

  @Test
  void spawn_manyAtOnce_noChildHoldsAnothersPipe() throws Exception {
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      Future<List<String>> platform = both.submit(() -> all(false, 8, () -> strangers(12)));
      Future<List<String>> virtual = both.submit(() -> all(true, 8, () -> strangers(12)));

      assertThat(platform.get()).isEmpty();
      assertThat(virtual.get()).isEmpty();
    }
  }

  @Test
  void spawn_manyAtOnce_endOfFileIsNeverHeldBackByAnother() throws Exception {
    Callable<List<String>> task =
        () -> {
          List<String> outputs = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            try (Child child = Command.of("cat").stdin(Stdio.pipe()).spawn()) {
              child.stdin().print("x").close();
              outputs.add(new String(child.stdout().readAllBytes()));
            }
          }
          return outputs;
        };

    assertThat(all(false, 16, task)).hasSize(160).containsOnly("x");
    assertThat(all(true, 16, task)).hasSize(160).containsOnly("x");
  }
}
