package dev.brood.daemon.foreground;

import dev.brood.process.Cause;
import dev.brood.process.Exit;
import dev.brood.process.ProcessException;
import dev.brood.process.Result;
import dev.brood.process.SpawnException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The one JSON object that {@code brood run --json} writes. Fields may be added, not changed. */
final class RunRecord {
  private RunRecord() {}

  /** Of a program that ran. */
  static String of(Result result, Cause cause) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = generator(text)) {
      json.writeStartObject();
      json.writeStringProperty("command", result.commandLine());
      json.writeNumberProperty("pid", result.pid());
      json.writeStringProperty("startedAt", result.startedAt().toString());
      seconds(json, "durationSeconds", result.duration());
      json.writeObjectPropertyStart("exit");
      switch (result.exit()) {
        case Exit.Exited(int code) -> json.writeNumberProperty("code", code);
        case Exit.Signaled(var signal, boolean core) -> {
          json.writeStringProperty("signal", signal.name());
          json.writeNumberProperty("number", signal.number());
          json.writeBooleanProperty("coreDumped", core);
        }
      }
      json.writeEndObject();
      json.writeStringProperty("cause", cause.name());
      json.writeObjectPropertyStart("usage");
      seconds(json, "userSeconds", result.usage().user());
      seconds(json, "systemSeconds", result.usage().system());
      OptionalLong peak = result.usage().peakResidentBytes();
      if (peak.isPresent()) {
        json.writeNumberProperty("peakResidentBytes", peak.getAsLong());
      } else {
        json.writeNullProperty("peakResidentBytes");
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return text.toString();
  }

  /** Of a program that could not be started. */
  static String of(ProcessException failure) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = generator(text)) {
      json.writeStartObject();
      json.writeStringProperty("command", failure.commandLine());
      json.writeObjectPropertyStart("error");
      if (failure instanceof SpawnException spawn) {
        json.writeStringProperty("stage", spawn.stage().name());
        json.writeStringProperty("reason", spawn.reason().name());
        String errno = spawn.errno();
        if (errno != null) {
          json.writeStringProperty("errno", errno);
        }
        json.writeStringProperty("object", spawn.object());
      }
      json.writeStringProperty("message", String.valueOf(failure.getMessage()));
      json.writeEndObject();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static JsonGenerator generator(StringWriter text) {
    return new JsonFactory().createGenerator(ObjectWriteContext.empty(), text);
  }

  private static void seconds(JsonGenerator json, String name, Duration duration) {
    BigDecimal seconds = BigDecimal.valueOf(duration.toNanos(), 9);
    json.writeNumberProperty(name, seconds.setScale(6, RoundingMode.HALF_UP));
  }
}
