package dev.brood.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageBrokerTest {
  private static final String BROKER = MessageBroker.class.getName();

  private static final String ASKS =
      """
      const timer = setInterval(() => process.send({brood: 'publish', topic: 'a.question'}), 100);
      process.send({brood: 'subscribe', pattern: 'an.answer'});
      process.on('message', () => { clearInterval(timer); process.disconnect(); });
      """;

  @TempDir private Path folder;

  @Test
  void members_ofSeveralLanguages_talkUntilTheFirstHasEnded() throws Exception {
    Files.writeString(folder.resolve("asks.js"), ASKS);
    Files.writeString(
        folder.resolve("answers.py"),
        """
        import brood
        with brood.connect() as channel:
            channel.subscribe("a.question")
            for message in channel:
                channel.publish("an.answer", {"of": message.sender})
        """);
    try (ExampleRun run =
        ExampleRun.start(folder, BROKER, "--watch", "an.*", "ann=asks.js", "ben=answers.py")) {
      assertThat(run.exit()).as(run::told).isZero();
      assertThat(run.output()).startsWith("ben an.answer: {of=ann}\n");
      assertThat(run.errors()).contains("ann has come", "ben has come", "ann has gone");
    }
  }

  @Test
  void member_fails_comesBackUnderItsName() throws Exception {
    Files.writeString(folder.resolve("asks.js"), ASKS);
    Files.writeString(
        folder.resolve("answers.sh"),
        """
        . "$BROOD_SDK/sh/brood.sh"
        brood_open || exit
        brood_subscribe a.question
        while brood_receive message; do
          [ -e failed ] || { : > failed; exit 3; }
          brood_publish an.answer
        done
        """);
    try (ExampleRun run = ExampleRun.start(folder, BROKER, "ann=asks.js", "ben=answers.sh")) {
      assertThat(run.exit()).as(run::told).isZero();
      assertThat(run.output()).contains("ben an.answer: null\n");
      assertThat(run.errors())
          .contains("ben has ended: exit code 3", "ben is started again", "the end: ann");
    }
  }

  @Test
  void member_failsTooOften_isTheEndOfAll() throws Exception {
    Files.writeString(folder.resolve("bad.sh"), "exit 3");
    Files.writeString(folder.resolve("good.sh"), "exec sleep 4217");
    try (ExampleRun run = ExampleRun.start(folder, BROKER, "bad=bad.sh", "good=good.sh")) {
      assertThat(run.exit()).as(run::told).isEqualTo(1);
    }
  }

  @Test
  void program_scriptIsNotThere_saysSoAndEndsWithTwo() throws Exception {
    try (ExampleRun run = ExampleRun.start(folder, BROKER, "ann=nowhere.js")) {
      assertThat(run.exit()).as(run::told).isEqualTo(2);
      assertThat(run.errors()).contains("there is no file nowhere.js");
    }
  }
}
