package dev.brood.daemon.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Reads one app: its keys into values of the right type, each mistake with its place. */
final class AppReader {
  static final String INSTANCE_VARIABLE = "NODE_APP_INSTANCE";
  static final String KILL_SIGNAL = "SIGTERM";
  static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

  private final YamlNodes nodes;
  private final Path directory;
  private final Map<AppKey, YamlNodes.Entry> entries = new EnumMap<>(AppKey.class);
  private final Map<String, Map<String, String>> variants = new LinkedHashMap<>();
  private final AppValues values;

  AppReader(YamlNodes nodes, Path directory) {
    this.nodes = nodes;
    this.directory = directory;
    this.values = new AppValues(nodes);
  }

  /** The app, or empty if it has no usable script; an app with other mistakes is still read. */
  Optional<App> read(MappingNode app) {
    for (YamlNodes.Entry entry : nodes.entries(app)) {
      keep(entry);
    }
    Optional<String> script = get(AppKey.SCRIPT, values::text);
    if (!entries.containsKey(AppKey.SCRIPT)) {
      nodes.error(app, "script is missing: expected script: and what to run");
    }
    if (script.isEmpty()) {
      return Optional.empty();
    }
    Program program = program(script.get().strip());
    Map<String, String> env = get(AppKey.ENV, values::environment).orElse(Map.of());
    Optional<String> increment = get(AppKey.INCREMENT_VAR, values::text);
    increment.ifPresent(variable -> requireNumber(variable, env));
    return Optional.of(
        new App(
            name(script.get().strip()),
            program,
            directory(),
            env,
            variants,
            get(AppKey.INSTANCES_COUNT, values::instances).orElse(1),
            get(AppKey.INSTANCE_VAR, values::variable).orElse(INSTANCE_VARIABLE),
            increment,
            get(AppKey.PORT_NUMBER, values::port).map(OptionalInt::of).orElse(OptionalInt.empty()),
            get(AppKey.KILL_SIGNAL, values::signal).orElse(KILL_SIGNAL),
            get(AppKey.KILL_TIMEOUT, values::milliseconds).orElse(KILL_TIMEOUT),
            new SupervisionReader(nodes, values, entries).read(),
            get(AppKey.PROGRESS, new ProgressReader(nodes, values)::read),
            YamlNodes.line(app)));
  }

  private void keep(YamlNodes.Entry entry) {
    String name = entry.key();
    Optional<AppKey> known = AppKey.named(name);
    if (known.isPresent()) {
      AppKey key = known.get();
      YamlNodes.Entry before = entries.putIfAbsent(key, entry);
      if (before != null) {
        String text = "\"%s\" says the same as \"%s\" in line %d; expected one of them";
        int line = YamlNodes.line(before.keyNode());
        nodes.error(entry.keyNode(), text.formatted(name, before.key(), line));
      }
      if (!key.supported()) {
        nodes.warning(entry.keyNode(), name + ": known PM2 key, not supported yet");
      }
    } else if (name.startsWith("env_") && name.length() > 4) {
      values.environment(entry).ifPresent(map -> variants.put(name.substring(4), map));
    } else if (!name.startsWith("x-")) {
      String hint = AppKey.nearest(name).map(near -> "; did you mean \"" + near + "\"?").orElse("");
      String where = hint.isEmpty() ? "; `brood up --keys` lists the known ones" : hint;
      nodes.error(entry.keyNode(), "unknown key \"" + name + "\"" + where);
    }
  }

  private <T> Optional<T> get(AppKey key, Function<YamlNodes.Entry, Optional<T>> reader) {
    return Optional.ofNullable(entries.get(key)).flatMap(reader);
  }

  private Program program(String script) {
    Optional<List<String>> arguments = get(AppKey.ARGS, values::words);
    Optional<String> interpreter = get(AppKey.INTERPRETER, values::text);
    Optional<List<String>> interpreterArguments = get(AppKey.INTERPRETER_ARGS, values::words);
    if (script.chars().noneMatch(Character::isWhitespace)) {
      return new Program.Script(
          script, arguments.orElse(List.of()), interpreter, interpreterArguments.orElse(List.of()));
    }
    for (AppKey key : List.of(AppKey.ARGS, AppKey.INTERPRETER, AppKey.INTERPRETER_ARGS)) {
      YamlNodes.Entry entry = entries.get(key);
      if (entry != null) {
        nodes.error(
            entry.keyNode(),
            entry.key()
                + " has no place here: script has blanks, so it is a line for the shell;"
                + " expected a script without blanks, or everything in the line");
      }
    }
    return new Program.ShellLine(script);
  }

  private String name(String script) {
    Optional<String> given = get(AppKey.NAME, values::name);
    if (given.isPresent()) {
      return given.get();
    }
    if (script.chars().anyMatch(Character::isWhitespace)) {
      return script.lines().findFirst().orElse(script);
    }
    String file = script.substring(script.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }

  private Path directory() {
    YamlNodes.Entry entry = entries.get(AppKey.CWD);
    String cwd = get(AppKey.CWD, values::text).orElse("");
    try {
      return directory.resolve(cwd).normalize();
    } catch (InvalidPathException e) {
      if (entry != null) {
        nodes.error(entry.value(), "cwd: expected a path, found a character that none may have");
      }
      return directory;
    }
  }

  private void requireNumber(String variable, Map<String, String> env) {
    YamlNodes.Entry entry = entries.get(AppKey.INCREMENT_VAR);
    String value = env.get(variable);
    boolean port = variable.equals("PORT") && entries.containsKey(AppKey.PORT_NUMBER);
    if (entry != null && !port && (value == null || !value.matches("-?\\d{1,9}"))) {
      String found = value == null ? "no " + variable + " there" : "\"" + value + "\"";
      String text = "increment_var: expected a variable of env that holds a number, found ";
      nodes.error(entry.value(), text + found);
    }
  }
}
