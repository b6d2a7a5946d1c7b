package dev.brood.workers.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.fork.Fork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Small workers in several languages, and waiting for facts. */
final class Workers {
  static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Answers with its process id; the words {@code crash}, {@code hang} and so on do what they say.
   * A {@code gate} is passed as soon as there is the file that is named by the variable GATE.
   */
  static final String SHELL =
      """
      while read -r line <&3; do
        id=${line#*'"id":'}
        id=${id%%[!0-9]*}
        case $line in
          *crash*) echo 'about to crash' >&2; exit 3 ;;
          *suicide*) kill -9 $$ ;;
          *breed*) trap '' TERM; sleep 600 & echo $! >"$PIDS" ;;
          *hang*) trap '' TERM; sleep 600 & wait; sleep 600 ;;
          *gate*) while [ ! -e "$GATE" ]; do sleep 0.02; done ;;
          *nap*) sleep 0.3 ;;
          *log*) number=${line#*log }; echo "${number%%[!0-9]*}" >>"$LOG" ;;
          *error*) echo '{"brood":"reply","id":'$id',"error":{"message":"on purpose"}}' >&3
            continue ;;
          *close*) exec 3>&-; sleep 600 ;;
          *noise*) echo '{"brood":"progress","percent":1}' >&3; echo '"text"' >&3 ;;
        esac
        echo '{"brood":"reply","id":'$id',"body":'$$'}' >&3
      done
      """;

  private static final String NODE =
      """
      process.on('message', ({ brood, id, body }) => {
        if (brood === 'request') {
          process.send({ brood: 'reply', id, body: body[0] + body[1] });
        }
      });
      process.send('ready');
      """;

  private static final String PYTHON =
      """
      import brood
      with brood.connect() as channel:
          channel.on_request(lambda message: sum(message.value))
          channel.ready()
          for message in channel:
              pass
      """;

  private Workers() {}

  static Fork shell() {
    return Fork.of(Command.of("sh", "-c", SHELL)).command(Workers::quiet);
  }

  /** Small shells before whose gate there is that file. */
  static Fork gated(Path gate) {
    return shell().command(command -> command.env("GATE", gate.toString()));
  }

  static Fork node() {
    return Fork.of(Command.of("node", "-e", NODE)).command(Workers::quiet);
  }

  static Fork python() {
    String sdk = System.getProperty("user.dir").replaceAll("/workers$", "") + "/sdk/python";
    return Fork.of(Command.of("python3", "-c", PYTHON))
        .command(command -> quiet(command).env("PYTHONPATH", sdk));
  }

  static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("in time: " + what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }

  static Command quiet(Command command) {
    return command.stderr(Stdio.none());
  }
}
