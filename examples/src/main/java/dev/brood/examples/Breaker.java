package dev.brood.examples;

import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.supervise.BreakerEvent;
import dev.brood.workers.supervise.BreakerOptions;
import dev.brood.workers.supervise.CircuitBreaker;
import dev.brood.workers.supervise.CircuitOpenException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Answers with something less while a child cannot. Needs node. */
final class Breaker {
  private static final String SCORE =
      """
      let asked = 0;
      process.on('message', ({id}) => process.send(++asked <= 4
        ? {brood: 'reply', id, error: {message: 'the model is not loaded'}}
        : {brood: 'reply', id, body: 0.9}));
      """;

  private Breaker() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("score.js"), SCORE);
    // snippet: options
    BreakerOptions options =
        BreakerOptions.DEFAULT
            .window(4, 4) // opens when half of the last 4 calls have failed
            .openTime(Duration.ofSeconds(1))
            .trialCalls(1)
            .onEvent(Breaker::tell);
    CircuitBreaker breaker = CircuitBreaker.of("score", options);
    // end
    try (ForkedChild child = Fork.node("score.js").spawn()) {
      for (int i = 0; i < 5; i++) {
        System.out.println(score(breaker, child));
      }
      Thread.sleep(Duration.ofSeconds(2));
      System.out.println(score(breaker, child));
    }
  }

  // snippet: call
  private static Object score(CircuitBreaker breaker, ForkedChild child)
      throws InterruptedException {
    return breaker.<Object>call(
        () -> child.request("a text", Duration.ofSeconds(30)).tree().asDouble(),
        reason -> reason instanceof CircuitOpenException ? "not asked" : "failed");
  }

  // end

  // snippet: event
  private static void tell(BreakerEvent event) {
    switch (event) {
      case BreakerEvent.StateChanged(var name, var from, var to) ->
          System.err.println(name + ": " + from + " -> " + to);
      case BreakerEvent.CallFailed failed -> System.err.println(failed.reason().getMessage());
      case BreakerEvent.CallRefused _ -> {}
      case BreakerEvent.EventsLost lost -> System.err.println(lost.count() + " events lost");
    }
  }
  // end
}
