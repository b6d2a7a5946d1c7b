package dev.brood.examples;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Clients that ask one address again and again, on connections that they keep. */
final class WebLoad implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger answered = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final HttpRequest request;
  private final List<Thread> clients;
  private volatile boolean stopping;

  private WebLoad(URI address, int count) {
    this.request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build();
    this.clients =
        IntStream.range(0, count).mapToObj(i -> Thread.ofVirtual().unstarted(this::ask)).toList();
  }

  static WebLoad start(URI address, int clients) {
    WebLoad load = new WebLoad(address, clients);
    load.clients.forEach(Thread::start);
    return load;
  }

  /** Lets each client finish the request that it has begun; ends the load. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread client : clients) {
      client.join();
    }
  }

  /** How many requests were answered as they should be. */
  int answered() {
    return answered.get();
  }

  /** What went wrong; empty if every request was answered. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    stopping = true;
    http.close();
  }

  private void ask() {
    while (!stopping && failures.size() < 100) {
      try {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          answered.incrementAndGet();
        } else {
          failures.add(response.toString());
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        failures.add("interrupted");
        return;
      }
    }
  }
}
