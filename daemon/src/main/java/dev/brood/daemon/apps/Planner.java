package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.daemon.config.BroodFile;
import dev.brood.daemon.config.Interpreters;
import dev.brood.daemon.config.Program;
import dev.brood.process.Command;
import dev.brood.process.Environment;
import dev.brood.process.Signal;
import dev.brood.process.StopPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes commands of apps: finds scripts and interpreters, counts copies, builds environments.
 * Starts nothing.
 */
public final class Planner {
  private final Host host;
  private final Optional<String> variant;

  /**
   * A planner for one machine.
   *
   * @param variant NAME of the {@code env_NAME} maps to put on top of {@code env}, if any
   */
  public Planner(Host host, Optional<String> variant) {
    this.host = host;
    this.variant = variant;
  }

  /**
   * The copies of all apps, in the order of the file.
   *
   * @throws AppException as for one app, or if no app knows the variant
   */
  public List<InstancePlan> plan(BroodFile file) {
    if (variant.isPresent()
        && file.apps().stream().noneMatch(app -> app.variants().containsKey(variant.get()))) {
      throw new AppException("no app of " + file.file() + " has env_" + variant.get());
    }
    List<InstancePlan> plans = new ArrayList<>();
    for (App app : file.apps()) {
      plans.addAll(plan(app));
    }
    return plans;
  }

  /**
   * The copies of one app.
   *
   * @throws AppException if its script or program is not there, or what its checks name
   */
  public List<InstancePlan> plan(App app) {
    int copies = app.instances(host.processors());
    List<InstancePlan> plans = new ArrayList<>();
    for (int number = 0; number < copies; number++) {
      Map<String, String> variables = variables(app, number);
      Command command =
          prepared(app, variables, argv(app, variables))
              .stopPlan(StopPlan.of(Signal.of(app.killSignal()), app.killTimeout()));
      String label = copies == 1 ? app.name() : app.name() + "." + number;
      Map<String, String> all = new HashMap<>(host.environment());
      all.putAll(variables);
      Checks checks =
          new Checks(
              app,
              all,
              line -> prepared(app, variables, shell(Optional.ofNullable(all.get("PATH")), line)));
      plans.add(new InstancePlan(app, label, command, checks.readiness(), checks.health()));
    }
    return plans;
  }

  private static Command prepared(App app, Map<String, String> variables, List<String> argv) {
    return Command.of(argv)
        .directory(app.directory())
        .environment(Environment.inherit().with(variables));
  }

  private Map<String, String> variables(App app, int number) {
    Map<String, String> variables = new LinkedHashMap<>();
    app.port().ifPresent(port -> variables.put("PORT", String.valueOf(port + number)));
    variables.putAll(app.environment());
    variant.map(app.variants()::get).ifPresent(variables::putAll);
    app.incrementVariable()
        .ifPresent(name -> variables.computeIfPresent(name, (_, value) -> plus(value, number)));
    variables.put(app.instanceVariable(), String.valueOf(number));
    return variables;
  }

  private static String plus(String value, int number) {
    return value.matches("-?\\d{1,9}") ? String.valueOf(Long.parseLong(value) + number) : value;
  }

  private List<String> argv(App app, Map<String, String> variables) {
    Optional<String> path =
        Optional.ofNullable(variables.getOrDefault("PATH", host.environment().get("PATH")));
    return switch (app.program()) {
      case Program.ShellLine(String line) -> shell(path, line);
      case Program.Script script -> argv(app, script, path);
    };
  }

  private static List<String> shell(Optional<String> path, String line) {
    return List.of(Host.find("bash", path).isPresent() ? "bash" : "sh", "-c", line);
  }

  private static List<String> argv(App app, Program.Script script, Optional<String> path) {
    List<String> argv = new ArrayList<>();
    String file = file(app, script.script());
    Optional<String> interpreter =
        script
            .interpreter()
            .or(() -> interpreter(script.script(), path))
            .filter(name -> !name.equals("none"));
    if (interpreter.isPresent()) {
      argv.add(inDirectory(app, interpreter.get()));
      argv.addAll(script.interpreterArguments());
      file = readable(app, script.script(), file, path);
    }
    argv.add(file);
    argv.addAll(script.arguments());
    requireProgram(app, argv.getFirst(), path);
    return argv;
  }

  /** Told before anything is started, and not tried again and again. */
  private static void requireProgram(App app, String program, Optional<String> path) {
    if (program.contains("/")) {
      if (!Files.exists(Path.of(program))) {
        throw missing(app, program);
      }
    } else if (Host.find(program, path).isEmpty()) {
      throw new AppException(
          "cannot start \"" + app.name() + "\": no such program in PATH: " + program);
    }
  }

  private static Optional<String> interpreter(String script, Optional<String> path) {
    List<String> candidates = Interpreters.candidates(script);
    return candidates.stream()
        .filter(name -> Host.find(name, path).isPresent())
        .findFirst()
        .or(() -> candidates.stream().findFirst());
  }

  /** PM2's rule: a file in the app's directory, else a name for the search in PATH. */
  private static String file(App app, String script) {
    Path file = app.directory().resolve(script);
    return script.contains("/") || Files.isRegularFile(file) ? file.toString() : script;
  }

  /** An interpreter named by a relative path is meant from the app's directory too. */
  private static String inDirectory(App app, String program) {
    return program.contains("/") ? app.directory().resolve(program).toString() : program;
  }

  /** What an interpreter is to read must be a file: most of them report a missing one badly. */
  private static String readable(App app, String script, String file, Optional<String> path) {
    if (file.contains("/")) {
      if (!Files.exists(Path.of(file))) {
        throw missing(app, file);
      }
      return file;
    }
    return Host.find(script, path)
        .map(Path::toString)
        .orElseThrow(() -> missing(app, app.directory().resolve(script).toString()));
  }

  private static AppException missing(App app, String file) {
    return new AppException("cannot start \"" + app.name() + "\": no such script: " + file);
  }
}
