package dev.brood.daemon.config;

import static dev.brood.daemon.config.AppKey.Kind.ANY;
import static dev.brood.daemon.config.AppKey.Kind.CODES;
import static dev.brood.daemon.config.AppKey.Kind.COUNT;
import static dev.brood.daemon.config.AppKey.Kind.DURATION;
import static dev.brood.daemon.config.AppKey.Kind.FLAG;
import static dev.brood.daemon.config.AppKey.Kind.INSTANCES;
import static dev.brood.daemon.config.AppKey.Kind.MAP;
import static dev.brood.daemon.config.AppKey.Kind.NEEDS;
import static dev.brood.daemon.config.AppKey.Kind.PORT;
import static dev.brood.daemon.config.AppKey.Kind.SIGNAL;
import static dev.brood.daemon.config.AppKey.Kind.TEXT;
import static dev.brood.daemon.config.AppKey.Kind.WORDS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every key an app may have in a brood file: PM2's names and aliases, and a few of Brood's own. The
 * table in the guide, {@code brood up --keys} and the messages come from here.
 *
 * <p>A key also goes by its camelCase form ({@code killTimeout}), as in PM2. Source of names,
 * aliases and types: PM2 7.0, {@code lib/API/schema.json}.
 */
public enum AppKey {
  SCRIPT(
      "script",
      TEXT,
      "required",
      "what to run: a path, a program in PATH, or a line for the shell if it has blanks",
      "exec",
      "cmd",
      "command"),
  NAME("name", TEXT, "the script's file name", "unique in the file; stands before each line"),
  ARGS("args", WORDS, "none", "arguments of the script; quotes group words"),
  CWD("cwd", TEXT, "the file's directory", "where it runs; relative to the file"),
  INTERPRETER(
      "interpreter",
      TEXT,
      "by extension: " + Interpreters.SUMMARY,
      "the program that reads the script; none runs the script itself",
      "exec_interpreter"),
  INTERPRETER_ARGS(
      "interpreter_args", WORDS, "none", "arguments between interpreter and script", "node_args"),
  ENV("env", MAP, "none", "variables on top of the inherited ones; env_NAME: with --env NAME"),
  INSTANCES_COUNT(
      "instances", INSTANCES, "1", "number of copies; max or 0: one a processor; -1: one less"),
  INSTANCE_VAR(
      "instance_var", TEXT, "NODE_APP_INSTANCE", "variable that holds a copy's number, from 0"),
  INCREMENT_VAR("increment_var", TEXT, "none", "variable of env to which a copy's number is added"),
  PORT_NUMBER("port", PORT, "none", "sets the variable PORT, plus the copy's number"),
  KILL_SIGNAL(
      "kill_signal", SIGNAL, "SIGTERM", "first signal of a stop; Brood's own key (PM2: SIGINT)"),
  KILL_TIMEOUT(
      "kill_timeout",
      DURATION,
      "5s",
      "how long a stop waits before SIGKILL; a bare number is milliseconds (PM2: 1600)"),
  RESTART(
      "restart",
      Kind.RESTART,
      "transient",
      "when it is started again: permanent after every end, transient after a failure, temporary"
          + " never"),
  AUTORESTART(
      "autorestart",
      FLAG,
      "none",
      "PM2's way to say it: true is restart: permanent (PM2's default), false is temporary"),
  STOP_EXIT_CODES(
      "stop_exit_codes",
      CODES,
      "0",
      "the exit codes that are a success; replaces the default, so name 0, too"),
  MAX_RESTARTS(
      "max_restarts", COUNT, "16", "how many restarts in a row there are before it is given up"),
  MIN_UPTIME(
      "min_uptime",
      DURATION,
      "1m",
      "how long it has to be ready so that the restarts before are forgotten (PM2: 1s)"),
  RESTART_DELAY(
      "restart_delay",
      DURATION,
      "0, 100ms, 200ms, ... 30s",
      "the wait before each restart; unset it grows, less up to a fifth at random"),
  EXP_BACKOFF_RESTART_DELAY(
      "exp_backoff_restart_delay",
      DURATION,
      "none",
      "the wait before the first restart in a row, which then grows by half up to 15s"),
  SIGNIFICANT(
      "significant", FLAG, "false", "whether its end for good stops the others, a success, too"),
  READY("ready", Kind.READY, "started", "how it is known to have come up"),
  WAIT_READY("wait_ready", FLAG, "false", "PM2's way to say ready: message"),
  LISTEN_TIMEOUT(
      "listen_timeout",
      DURATION,
      "30s",
      "how long it may take to be ready; after that it has failed (PM2: 3s, and no failure)"),
  HEALTH("health", Kind.HEALTH, "none", "how it is known to be still well"),
  DEPENDS_ON("depends_on", NEEDS, "none", "the apps that it waits for"),
  PROGRESS(
      "progress",
      Kind.PROGRESS,
      "none",
      "where it tells how far it is: on its channel, or in its output"),

  APPEND_ENV_TO_NAME("append_env_to_name"),
  AUTOMATION("automation", "pmx"),
  AUTOSTART("autostart"),
  CRON_RESTART("cron_restart", "cron"),
  DEEP_MONITORING("deep_monitoring"),
  DISABLE_LOGS("disable_logs"),
  DISABLE_SOURCE_MAP_SUPPORT("disable_source_map_support"),
  DISABLE_TRACE("disable_trace"),
  ERROR_FILE("error_file", "error", "err", "err_file", "err_log"),
  EVENT_LOOP_INSPECTOR("event_loop_inspector"),
  EXEC_MODE("exec_mode"),
  EXECUTE_COMMAND("execute_command"),
  FILTER_ENV("filter_env"),
  FORCE("force"),
  GID("gid"),
  IGNORE_WATCH("ignore_watch"),
  INSTALL_URL("install_url"),
  IO("io"),
  KILL_RETRY_TIME("kill_retry_time"),
  LOG_DATE_FORMAT("log_date_format"),
  LOG_FILE("log_file", "log"),
  LOG_TYPE("log_type"),
  MAX_MEMORY_RESTART("max_memory_restart"),
  MERGE_LOGS("merge_logs", "combine_logs"),
  NAME_PREFIX("name_prefix"),
  NAMESPACE("namespace"),
  OUT_FILE("out_file", "out", "output", "out_log"),
  PID_FILE("pid_file", "pid"),
  POST_UPDATE("post_update"),
  SHUTDOWN_WITH_MESSAGE("shutdown_with_message"),
  SOURCE_MAP_SUPPORT("source_map_support"),
  TIME("time"),
  TRACE("trace"),
  TREEKILL("treekill"),
  UID("uid", "user"),
  USERNAME("username"),
  V8("v8"),
  VIZION("vizion"),
  WATCH("watch"),
  WATCH_DELAY("watch_delay"),
  WATCH_OPTIONS("watch_options"),
  WINDOWS_HIDE("windows_hide"),
  WRITE("write");

  /** What a key takes, and how a message names it. */
  public enum Kind {
    TEXT("a text"),
    WORDS("a text that is split at blanks, or a list of texts"),
    DURATION("a number of milliseconds, or a duration such as 5s"),
    FLAG("true or false"),
    MAP("a map of names to values"),
    INSTANCES("a number, or max"),
    SIGNAL("a signal such as SIGTERM"),
    PORT("a number from 1 to 65535"),
    RESTART("permanent, transient or temporary"),
    CODES("an exit code from 0 to 255, or a list of them"),
    COUNT("a number, or unlimited"),
    READY("started, message, notify, or a map of one sign"),
    HEALTH("ping, or a map of one sign"),
    PROGRESS("message, percent, or a map with line"),
    NEEDS("a name, a list of names, or a map of names to conditions"),
    ANY("anything");

    private final String expected;

    Kind(String expected) {
      this.expected = expected;
    }

    /** The words after "expected". */
    public String expected() {
      return expected;
    }
  }

  private static final Map<String, AppKey> BY_NAME = byName();

  private final String key;
  private final Kind kind;
  private final String standard;
  private final String doc;
  private final List<String> aliases;

  AppKey(String key, Kind kind, String standard, String doc, String... aliases) {
    this.key = key;
    this.kind = kind;
    this.standard = standard;
    this.doc = doc;
    this.aliases = List.of(aliases);
  }

  AppKey(String key, String... aliases) {
    this(key, ANY, "", "", aliases);
  }

  /** The name of the key in documentation and messages. */
  public String key() {
    return key;
  }

  /** What the key takes; {@link Kind#ANY} for one that is not supported yet. */
  public Kind kind() {
    return kind;
  }

  /** What holds when the key is absent, in words. */
  public String standard() {
    return standard;
  }

  /** One line on what the key does; empty for one that is not supported yet. */
  public String doc() {
    return doc;
  }

  /** The other names, without the camelCase forms, which go for every name. */
  public List<String> aliases() {
    return aliases;
  }

  /** Whether Brood acts on the key; a known key without support is a warning. */
  public boolean supported() {
    return kind != ANY;
  }

  /** The key of that name, alias or camelCase form. */
  public static Optional<AppKey> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The known key whose name is closest to a misspelt one, if any is close. */
  public static Optional<String> nearest(String name) {
    return Nearest.of(name, BY_NAME.keySet());
  }

  /** The supported keys as a Markdown table, then PM2's keys that only give a warning. */
  public static String markdown() {
    StringBuilder text =
        new StringBuilder("| key | takes | default | meaning |\n|---|---|---|---|\n");
    for (AppKey key : values()) {
      if (key.supported()) {
        text.append("| `").append(key.key).append('`');
        if (!key.aliases.isEmpty()) {
          text.append(" (").append(String.join(", ", key.aliases)).append(')');
        }
        text.append(" | ").append(key.kind.expected());
        text.append(" | ").append(key.standard).append(" | ").append(key.doc).append(" |\n");
      }
    }
    String known =
        Arrays.stream(values())
            .filter(key -> !key.supported())
            .map(AppKey::key)
            .collect(Collectors.joining(", "));
    return text.append("\nKnown from PM2, not supported yet (a warning): ")
        .append(known)
        .append(".\n")
        .toString();
  }

  private static Map<String, AppKey> byName() {
    Map<String, AppKey> names = new LinkedHashMap<>();
    for (AppKey key : values()) {
      List<String> all = new ArrayList<>(List.of(key.key));
      all.addAll(key.aliases);
      for (String name : all) {
        names.put(name, key);
      }
    }
    for (String name : List.copyOf(names.keySet())) {
      names.putIfAbsent(camelCase(name), names.get(name));
    }
    return names;
  }

  private static String camelCase(String name) {
    StringBuilder text = new StringBuilder();
    for (String part : name.split("_")) {
      String head = part.substring(0, 1);
      text.append(text.isEmpty() ? head : head.toUpperCase(Locale.ROOT)).append(part.substring(1));
    }
    return text.toString();
  }
}
