package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.brood.workers.supervise.Restart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BroodFileTest {
  @TempDir Path directory;

  @Test
  void read_everyKey_isInTheModel() throws IOException {
    App app =
        app(
            """
            apps:
              - name: web
                script: ./server.js
                args: --port 80 "two words" ''
                cwd: sub
                interpreter: node
                interpreter_args: [--max-old-space-size=64]
                env: {PORT: 0800, DEBUG: true, EMPTY: ""}
                env_production: {DEBUG: false}
                instances: 3
                instance_var: NUMBER
                increment_var: PORT
                port: 8080
                kill_signal: int
                kill_timeout: 1600
                autorestart: false
            """);
    assertThat(app.name()).isEqualTo("web");
    assertThat(app.program())
        .isEqualTo(
            new Program.Script(
                "./server.js",
                List.of("--port", "80", "two words", ""),
                Optional.of("node"),
                List.of("--max-old-space-size=64")));
    assertThat(app.directory()).isEqualTo(directory.resolve("sub"));
    assertThat(app.environment())
        .containsExactly(entry("PORT", "0800"), entry("DEBUG", "true"), entry("EMPTY", ""));
    assertThat(app.variants()).containsEntry("production", Map.of("DEBUG", "false"));
    assertThat(app.instances(8)).isEqualTo(3);
    assertThat(app.instanceVariable()).isEqualTo("NUMBER");
    assertThat(app.incrementVariable()).contains("PORT");
    assertThat(app.port()).hasValue(8080);
    assertThat(app.killSignal()).isEqualTo("SIGINT");
    assertThat(app.killTimeout()).isEqualTo(Duration.ofMillis(1600));
    assertThat(app.supervision().restart()).isEqualTo(Restart.TEMPORARY);
    assertThat(app.line()).isEqualTo(2);
  }

  @Test
  void read_scriptOnly_hasDefaults() throws IOException {
    App app = app("apps:\n  - script: bin/work.py\n");
    assertThat(app.name()).isEqualTo("work");
    assertThat(app.program())
        .isEqualTo(new Program.Script("bin/work.py", List.of(), Optional.empty(), List.of()));
    assertThat(app.directory()).isEqualTo(directory);
    assertThat(app.environment()).isEmpty();
    assertThat(app.instances(8)).isEqualTo(1);
    assertThat(app.instanceVariable()).isEqualTo("NODE_APP_INSTANCE");
    assertThat(app.port()).isEqualTo(OptionalInt.empty());
    assertThat(app.killSignal()).isEqualTo("SIGTERM");
    assertThat(app.killTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(app.supervision()).hasToString(Supervision.DEFAULT.toString());
  }

  @Test
  void read_scriptWithBlanks_isAShellLineNamedByItself() throws IOException {
    App app = app("apps:\n  - script: ls | wc -l\n");
    assertThat(app.program()).isEqualTo(new Program.ShellLine("ls | wc -l"));
    assertThat(app.name()).isEqualTo("ls | wc -l");
  }

  @Test
  void read_camelCaseAndAliases_meanTheSame() throws IOException {
    App app = app("apps:\n  - {exec: a, killTimeout: 2s, nodeArgs: -x, exec_interpreter: none}\n");
    assertThat(app.killTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(app.program())
        .isEqualTo(new Program.Script("a", List.of(), Optional.of("none"), List.of("-x")));
  }

  @Test
  void read_instancesMaxZeroNegative_countProcessors() throws IOException {
    assertThat(app("script: a\ninstances: max\n").instances(8)).isEqualTo(8);
    assertThat(app("script: a\ninstances: 0\n").instances(8)).isEqualTo(8);
    assertThat(app("script: a\ninstances: -1\n").instances(8)).isEqualTo(7);
    assertThat(app("script: a\ninstances: -100\n").instances(8)).isEqualTo(1);
  }

  @Test
  void read_roots_areTheOnesOfPm2() throws IOException {
    assertThat(read("pm2:\n- script: a\n- script: b\n").apps()).hasSize(2);
    assertThat(read("- script: a\n- script: b\n").apps()).hasSize(2);
    assertThat(read("script: a\n").apps()).hasSize(1);
    assertThat(read("apps:\n  script: a\n").apps()).hasSize(1);
  }

  @Test
  void read_json_isRead() throws IOException {
    Path file = directory.resolve("apps.json");
    Files.writeString(file, "{\"apps\": [{\"script\": \"a\", \"args\": [\"b\"]}]}");
    assertThat(BroodFile.read(file, Map.of()).apps()).hasSize(1);
  }

  @Test
  void read_mergedMaps_fillInWhatIsMissing() throws IOException {
    App app =
        app(
            """
            x-base: &base {kill_timeout: 9s, port: 1, env: {A: base}}
            apps:
              - <<: *base
                script: a
                port: 2
            """);
    assertThat(app.killTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(app.port()).hasValue(2);
    assertThat(app.environment()).containsEntry("A", "base");
  }

  @Test
  void read_byteOrderMark_isSkipped() throws IOException {
    assertThat(app("\uFEFFapps:\n- script: a\n").name()).isEqualTo("a");
  }

  @Test
  void read_knownPm2Key_isAWarning() throws IOException {
    BroodFile file =
        read(
            """
            apps:
            - script: a
              watch: true
              maxMemoryRestart: 1G
              listen_timeout: 1s
            deploy: {}
            """);
    String path = directory.resolve("brood.yaml").toString();
    assertThat(file.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            path + ":3:3: warning: watch: known PM2 key, not supported yet",
            path + ":4:3: warning: maxMemoryRestart: known PM2 key, not supported yet",
            path
                + ":5:3: warning: listen_timeout: without effect unless there is ready or"
                + " wait_ready",
            path + ":6:1: warning: deploy: known PM2 key, not supported yet");
  }

  @Test
  void read_procfile_isShellLinesWithPorts() throws IOException {
    Path file = directory.resolve("Procfile");
    Files.writeString(file, "# two\nweb: serve -p $PORT\r\n\nclock:  tick : tock  \n");
    List<App> apps = BroodFile.read(file, Map.of()).apps();
    assertThat(apps).extracting(App::name).containsExactly("web", "clock");
    assertThat(apps)
        .extracting(App::program)
        .containsExactly(
            new Program.ShellLine("serve -p $PORT"), new Program.ShellLine("tick : tock"));
    assertThat(apps).extracting(app -> app.port().getAsInt()).containsExactly(5000, 5100);
    assertThat(BroodFile.read(file, Map.of("PORT", "80")).apps())
        .extracting(app -> app.port().getAsInt())
        .containsExactly(80, 180);
  }

  @Test
  void find_severalFiles_takesBroodYaml() throws IOException {
    assertThat(BroodFile.find(directory)).isEmpty();
    Files.writeString(directory.resolve("Procfile"), "");
    assertThat(BroodFile.find(directory)).contains(directory.resolve("Procfile"));
    Files.writeString(directory.resolve("brood.yaml"), "");
    assertThat(BroodFile.find(directory)).contains(directory.resolve("brood.yaml"));
  }

  private App app(String yaml) throws IOException {
    List<App> apps = read(yaml).apps();
    assertThat(apps).hasSize(1);
    return apps.getFirst();
  }

  private BroodFile read(String yaml) throws IOException {
    Path file = Files.writeString(directory.resolve("brood.yaml"), yaml);
    return BroodFile.read(file, Map.of());
  }
}
