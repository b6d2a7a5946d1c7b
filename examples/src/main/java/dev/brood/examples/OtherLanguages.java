package dev.brood.examples;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.brood.process.Command;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Children in Python, Node and shell with the files of sdk. Needs node and python3. */
final class OtherLanguages {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  // snippet: python
  private static final String PYTHON =
      """
      import brood

      with brood.connect() as channel:
          channel.on_request(lambda message: sum(message.value))
          channel.ready()
          for message in channel:  # ends when the parent disconnects
              channel.send({"got": message.value})
      """;

  // end

  // snippet: node
  private static final String NODE =
      """
      const { onRequest, progress, ready } = require('./brood'); // optional: see the text
      onRequest(({ body }) => body.reduce((a, b) => a + b, 0));
      progress({ percent: 50, phase: 'loading' });
      ready();
      """;

  // end

  // snippet: shell
  private static final String SHELL =
      """
      . ./brood.sh
      brood_open || exit
      brood_ready
      while brood_receive message; do
        case $message in
          *'"brood":"request"'*)
            id=${message#*'"id":'}
            brood_reply "${id%%[!0-9]*}" 42 ;;
          *) brood_send "{\\"got\\":$message}" ;;
        esac
      done
      """;

  // end

  private OtherLanguages() {}

  public static void main(String[] args) throws Exception {
    Path sdk = SourceFolder.find("sdk");
    Files.copy(sdk.resolve("python/brood.py"), Path.of("brood.py"), REPLACE_EXISTING);
    Files.copy(sdk.resolve("node/index.cjs"), Path.of("brood.js"), REPLACE_EXISTING);
    Files.copy(sdk.resolve("sh/brood.sh"), Path.of("brood.sh"), REPLACE_EXISTING);
    Files.writeString(Path.of("sum.py"), PYTHON);
    Files.writeString(Path.of("sum.js"), NODE);
    Files.writeString(Path.of("sum.sh"), SHELL);
    ask(Fork.python("sum.py").codec(Codec.BINARY));
    ask(Fork.node("sum.js"));
    ask(Fork.of(Command.of("sh", "sum.sh")));
  }

  // snippet: ask
  private static void ask(Fork fork) throws InterruptedException {
    try (ForkedChild child = fork.spawn()) {
      while (!"ready".equals(child.receive(LIMIT).orElseThrow().field("brood").orElse(""))) {
        System.out.println("it is coming up");
      }
      System.out.println(fork + ": " + child.request(new int[] {20, 22}, LIMIT).value());
      child.send(Map.of("plain", "message"));
      // end
      if (!fork.toString().contains("sum.js")) {
        System.out.println(child.receive(LIMIT).orElseThrow().value());
      }
    }
  }
}
