package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The three codecs, with records, Jackson trees and the values of JavaScript. */
final class Codecs {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Codecs() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(
        Path.of("echo.js"), "process.on('message', (message) => process.send(message));");
    json();
    advanced();
    binary();
  }

  // snippet: record
  record Reading(String sensor, double value, List<String> tags) {}

  // end

  private static void json() throws InterruptedException {
    // snippet: json
    try (ForkedChild child = Fork.node("echo.js").spawn()) { // Codec.JSON
      child.send(new Reading("door", 21.5, List.of("dry", "calm")));
      Message echo = child.receive(LIMIT).orElseThrow();
      System.out.println(echo.as(Reading.class)); // the record again
      JsonNode tree = echo.tree(); // or a tree of Jackson
      System.out.println(tree.at("/tags/1").asString());
      child.send(JsonNodeFactory.instance.objectNode().put("made", "by hand"));
      System.out.println(child.receive(LIMIT).orElseThrow().value()); // or plain maps and lists
    }
    // end
  }

  private static void advanced() throws InterruptedException {
    // snippet: advanced
    try (ForkedChild child = Fork.node("echo.js").codec(Codec.ADVANCED).spawn()) {
      List<Object> circle = new ArrayList<>(List.of(Instant.EPOCH, BigInteger.TWO.pow(80)));
      circle.addAll(List.of(new byte[8], Set.of("a set")));
      circle.add(circle); // contains itself
      child.send(circle);
      List<?> echo = (List<?>) child.receive(LIMIT).orElseThrow().value();
      System.out.println(echo.get(0) + " " + echo.get(1) + " " + ((byte[]) echo.get(2)).length);
      System.out.println(echo.get(3) + ", a circle: " + (echo.get(4) == echo));
    }
    // end
  }

  private static void binary() throws Exception {
    String sdk = SourceFolder.find("sdk/python").toString();
    Files.writeString(
        Path.of("size.py"),
        """
        import brood

        with brood.connect() as channel:
            for message in channel:
                channel.send({"type": str(type(message.value["raw"])), "back": b"\\x01\\x02"})
        """);
    // snippet: binary
    Fork fork = Fork.python("size.py").codec(Codec.BINARY).command(c -> c.env("PYTHONPATH", sdk));
    try (ForkedChild child = fork.spawn()) {
      child.send(Map.of("raw", new byte[] {1, 2, 3}));
      Message answer = child.receive(LIMIT).orElseThrow();
      byte[] back = (byte[]) answer.field("back").orElseThrow(); // bytes, not Base64 text
      System.out.println(answer.field("type").orElseThrow() + " " + back.length);
    }
    // end
  }
}
