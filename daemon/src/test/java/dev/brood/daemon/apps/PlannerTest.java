package dev.brood.daemon.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brood.daemon.config.BroodFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
  @TempDir Path directory;

  @Test
  void plan_fileInTheAppsDirectory_winsOverPath() throws IOException {
    Path file = Files.createFile(directory.resolve("sleep"));
    assertThat(argv("script: sleep")).containsExactly(file.toString());
  }

  @Test
  void plan_nameWithoutFile_isLeftToPath() throws IOException {
    assertThat(argv("script: sleep\nargs: 1 2")).containsExactly("sleep", "1", "2");
  }

  @Test
  void plan_relativePath_isMeantFromTheAppsDirectory() throws IOException {
    Files.createDirectories(directory.resolve("sub/bin"));
    Files.createFile(directory.resolve("sub/bin/x"));
    assertThat(argv("script: bin/x\ncwd: sub"))
        .containsExactly(directory.resolve("sub/bin/x").toString());
  }

  @Test
  void plan_knownExtension_getsItsInterpreter() throws IOException {
    Path script = Files.createFile(directory.resolve("a.py"));
    assertThat(argv("script: a.py\ninterpreter_args: -u\nargs: x"))
        .containsExactly("python3", "-u", script.toString(), "x");
  }

  @Test
  void plan_interpreterNone_runsTheFileItself() throws IOException {
    Path script = Files.createFile(directory.resolve("a.py"));
    assertThat(argv("script: a.py\ninterpreter: none")).containsExactly(script.toString());
  }

  @Test
  void plan_interpreterByPath_isMeantFromTheAppsDirectory() throws IOException {
    Path script = Files.createFile(directory.resolve("a.rb"));
    Files.createFile(directory.resolve("vm"));
    assertThat(argv("script: a.rb\ninterpreter: ./vm"))
        .containsExactly(directory.resolve("./vm").toString(), script.toString());
  }

  @Test
  void plan_shellLine_goesToBashIfThereIsOne() throws IOException {
    Path tools = Files.createDirectory(directory.resolve("tools"));
    Map<String, String> environment = Map.of("PATH", tools.toString());
    assertThat(argv(environment, "script: a | b")).containsExactly("sh", "-c", "a | b");
    assertThat(Files.createFile(tools.resolve("bash")).toFile().setExecutable(true)).isTrue();
    assertThat(argv(environment, "script: a | b")).containsExactly("bash", "-c", "a | b");
  }

  @Test
  void plan_missingScript_namesAppAndFile() {
    assertThatThrownBy(() -> argv("name: job\nscript: lib/a.js"))
        .isInstanceOf(AppException.class)
        .hasMessage("cannot start \"job\": no such script: " + directory.resolve("lib/a.js"));
  }

  @Test
  void plan_missingProgram_isToldBeforeAnyStart() {
    assertThatThrownBy(() -> argv("script: brood-no-such-program"))
        .isInstanceOf(AppException.class)
        .hasMessageEndingWith("no such program in PATH: brood-no-such-program");
    assertThatThrownBy(() -> argv("script: ./none"))
        .hasMessageEndingWith("no such script: " + directory.resolve("./none"));
  }

  @Test
  void plan_instances_areOneAProcessorForMax() throws IOException {
    List<InstancePlan> plans = plan(Map.of(), Optional.empty(), "script: sleep\ninstances: max");
    assertThat(plans)
        .extracting(InstancePlan::label)
        .containsExactly("sleep.0", "sleep.1", "sleep.2", "sleep.3");
  }

  @Test
  void plan_oneInstance_hasTheBareName() throws IOException {
    assertThat(plan(Map.of(), Optional.empty(), "script: sleep"))
        .extracting(InstancePlan::label)
        .containsExactly("sleep");
  }

  @Test
  void plan_unknownVariant_isRefused() {
    assertThatThrownBy(() -> plan(Map.of(), Optional.of("test"), "script: sleep"))
        .hasMessageStartingWith("no app of ")
        .hasMessageEndingWith(" has env_test");
  }

  private List<String> argv(String yaml) throws IOException {
    return argv(System.getenv(), yaml);
  }

  private List<String> argv(Map<String, String> environment, String yaml) throws IOException {
    return plan(environment, Optional.empty(), yaml).getFirst().command().argv();
  }

  private List<InstancePlan> plan(
      Map<String, String> environment, Optional<String> variant, String yaml) throws IOException {
    Path file = Files.writeString(directory.resolve("brood.yaml"), yaml);
    return new Planner(new Host(environment, 4), variant).plan(BroodFile.read(file, Map.of()));
  }
}
