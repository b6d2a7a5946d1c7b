package dev.brood.workers.meters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.process.Command;
import dev.brood.testkit.Census;
import dev.brood.testkit.ClassPath;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The module where there is no Micrometer. */
@ExtendWith(Census.Extension.class)
class MeterlessTest {
  @Test
  void everythingElse_withoutMicrometer_works() throws Exception {
    String text =
        Command.of(System.getProperty("java.home") + "/bin/java")
            .args("-Xshare:auto", "-XX:+UseSerialGC", "-Xmx128m")
            .args("--enable-native-access=ALL-UNNAMED")
            .args(
                "-cp",
                ClassPath.of(
                    Command.class,
                    Meters.class,
                    MeterlessProgram.class,
                    tools.jackson.databind.JsonNode.class,
                    tools.jackson.core.JsonParser.class,
                    tools.jackson.dataformat.cbor.CBORFactory.class,
                    com.fasterxml.jackson.annotation.JsonIgnore.class,
                    io.github.resilience4j.circuitbreaker.CircuitBreaker.class,
                    io.github.resilience4j.core.EventConsumer.class,
                    org.slf4j.Logger.class))
            .args(MeterlessProgram.class.getName())
            .deadline(Duration.ofSeconds(100))
            .text();

    assertThat(text.lines())
        .containsExactly(
            "no Micrometer", "supervisor ready", "admitted", "sampled", "breaker CLOSED", "42");
  }
}
