package dev.brood.workers.pool;

import dev.brood.process.Command;
import dev.brood.workers.fork.Fork;
import java.time.Duration;

/** A program that ends with a pool open, after one call. */
public final class OpenPoolProgram {
  private static final String WORKER =
      """
      trap 'echo signal >>"$LOG"; exit' TERM
      while read -r line <&3; do
        id=${line#*'"id":'}
        echo '{"brood":"reply","id":'${id%%[!0-9]*}',"body":"on"}' >&3
      done
      echo told >>"$LOG"
      """;

  private OpenPoolProgram() {}

  /** The worker says in the file that is named how it was ended. */
  public static void main(String[] arguments) throws InterruptedException {
    Command worker = Command.of("sh", "-c", WORKER).env("LOG", arguments[0]);
    Fork patient = Fork.of(worker).toldGrace(Duration.ofSeconds(60)); // no signal meanwhile
    WorkerPool<String, String> pool =
        WorkerPool.<String, String>of(patient, String.class).size(1).open();
    String answer = pool.call("work");
    System.exit("on".equals(answer) ? 0 : 1);
  }
}
