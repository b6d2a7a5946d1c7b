package dev.brood.workers.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that ask as fast as they are answered: some on a fresh connection for each request, some
 * on connections that they keep for a while. A request on a kept connection that is closed before
 * any answer is asked again on a fresh one, as RFC 9110, 9.2.2, has it; everything else that goes
 * wrong is a failure.
 */
final class Load implements AutoCloseable {
  private static final int REQUESTS_PER_CONNECTION = 25;

  private final int port;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final Set<String> answers = new ConcurrentSkipListSet<>();
  private final AtomicInteger served = new AtomicInteger();
  private volatile boolean over;

  private Load(int port) {
    this.port = port;
  }

  static Load of(int port, int fresh, int kept) {
    Load load = new Load(port);
    for (int i = 0; i < fresh + kept; i++) {
      boolean keep = i >= fresh;
      load.threads.add(Thread.ofPlatform().name("load-" + i).start(() -> load.run(keep)));
    }
    return load;
  }

  int served() {
    return served.get();
  }

  /** All different answers so far. */
  Set<String> answers() {
    return Set.copyOf(answers);
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Waits until that many more requests have been served. */
  void awaitMore(int count) {
    int until = served() + count;
    Facts.await(count + " more requests", () -> served() >= until || !failures.isEmpty());
  }

  /** Waits until there have been that many different answers. */
  void awaitAnswers(int count) {
    Facts.await(count + " different answers", () -> answers.size() >= count || !failures.isEmpty());
  }

  /** Lets every client finish what it does. */
  void end() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Override
  public void close() {
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(boolean keep) {
    while (!over && failures.size() < 20) {
      try {
        if (keep) {
          kept();
        } else {
          answered(HttpConnection.get(port, "/"));
        }
      } catch (IOException e) {
        failures.add((keep ? "kept: " : "fresh: ") + e);
      }
    }
  }

  private void kept() throws IOException {
    try (HttpConnection connection = HttpConnection.to(port)) {
      for (int i = 0; i < REQUESTS_PER_CONNECTION && !over && !connection.isClosing(); i++) {
        answered(connection.get("/", true));
      }
    } catch (HttpConnection.StaleException e) {
      answered(HttpConnection.get(port, "/"));
    }
  }

  private void answered(String body) {
    answers.add(body);
    served.incrementAndGet();
  }
}
