package dev.brood.daemon.cli;

import dev.brood.daemon.config.Amounts;
import dev.brood.daemon.foreground.RunProgram;
import dev.brood.daemon.foreground.RunReport;
import dev.brood.daemon.foreground.RunRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code brood run}: one program on the terminal's own stdio, within limits. */
final class RunCommand implements Callable<Integer> {
  /** The value of {@code --json} without a file. */
  private static final String JSON_TO_STDERR = "";

  /** The value of {@code --progress} without an expression. */
  private static final String ANY_PER_CENT = "";

  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final PrintStream err;

  RunCommand(PrintStream err) {
    this.err = err;
    spec.name("run");
    spec.parser().stopAtPositional(true);
    spec.addOption(Options.duration("--timeout", "Stop the program when it has run this long."));
    spec.addOption(
        Options.duration("--idle", "Stop the program when it has printed nothing for this long."));
    spec.addOption(
        Options.duration(
            "--grace",
            "How long a stop waits after SIGTERM before SIGKILL (5s). Given, it also bounds how"
                + " long the program may go on after Ctrl-C."));
    spec.addOption(
        OptionSpec.builder("--env")
            .paramLabel("K=V")
            .description("Set a variable; may be given several times.")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1")
            .build());
    spec.addOption(
        Options.text(
            "--only-env", "NAMES", "Pass on only these variables (NAME,NAME...), and --env."));
    spec.addOption(Options.path("--cwd", "DIR", "Run the program in this directory."));
    spec.addOption(
        Options.size("--max-output", "Stop the program when it has printed more than this."));
    spec.addOption(
        OptionSpec.builder("--progress")
            .paramLabel("REGEX")
            .description(
                "Show its progress on stderr as a bar: by what it prints, such as \"40 %%\", or by"
                    + " the named groups percent, done and total, phase, message of REGEX.")
            .type(String.class)
            .arity("0..1")
            .fallbackValue(ANY_PER_CENT)
            .build());
    spec.addOption(
        OptionSpec.builder("--json")
            .paramLabel("FILE")
            .description(
                "Write how it ended as one JSON object to FILE, or without FILE to stderr.")
            .type(String.class)
            .arity("0..1")
            .fallbackValue(JSON_TO_STDERR)
            .build());
    spec.addOption(Options.help());
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("PROGRAM [ARG...]")
            .hideParamSyntax(true)
            .description("A path, or a name that is looked for in PATH; not a line for a shell.")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1..*")
            .required(true)
            .build());
    describe();
  }

  private void describe() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("n", "what the program returned");
    codes.put("128+n", "the program ended by signal n");
    codes.put("124", "a limit ended it: --timeout, --idle or --max-output");
    codes.put("126", "the program could not be executed");
    codes.put("127", "the program does not exist");
    codes.put("2", "the command line is wrong");
    Options.manPage(
            spec,
            "Runs one program on this terminal, within limits, and tells how it ended.",
            "brood run [OPTIONS] [--] PROGRAM [ARG...]")
        .description(
            "The program has the terminal's own stdin, stdout and stderr, and its exit code is"
                + " ours. With --idle, --max-output or --progress the output has to pass through"
                + " us: it is then a pipe for the program, not a terminal.",
            "Ctrl-C reaches the program once, from the terminal; we wait for what it does. A"
                + " SIGTERM or SIGHUP to us stops the program and all it has started.",
            "Durations: " + Amounts.DURATION_EXAMPLES + ". Sizes: " + Amounts.SIZE_EXAMPLES + ".")
        .exitCodeList(codes)
        .footerHeading("%nEXAMPLES%n")
        .footer(
            "  brood run --timeout 10m -- make -j8",
            "  brood run --idle 30s --json=end.json -- ./import.sh data.csv",
            "  brood run --progress='(?<done>\\d+)/(?<total>\\d+)' -- ninja",
            "  brood run --only-env PATH,HOME --env LC_ALL=C -- env");
  }

  CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    RunReport report = new RunProgram(request(), Brood.OUT, Brood.ERR).run();
    if (report.json().isPresent()) {
      write(Options.<String>value(spec, "--json").orElse(JSON_TO_STDERR), report.json().get());
    }
    report.message().ifPresent(text -> err.println("brood: " + text));
    return report.exitCode();
  }

  private RunRequest request() {
    try {
      return readRequest();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--progress: " + e.getMessage(), e);
    }
  }

  private RunRequest readRequest() {
    List<String> argv = spec.commandLine().getParseResult().matchedPositionalValue(0, List.of());
    return new RunRequest(
        argv,
        Options.value(spec, "--cwd"),
        variables(),
        Options.<String>value(spec, "--only-env").map(names -> List.of(names.split(","))),
        Options.value(spec, "--timeout"),
        Options.value(spec, "--idle"),
        Options.value(spec, "--grace"),
        Options.<Long>value(spec, "--max-output").orElse(0L),
        Options.value(spec, "--progress"),
        Options.value(spec, "--json").isPresent());
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String variable : Options.<List<String>>value(spec, "--env").orElse(List.of())) {
      int equals = variable.indexOf('=');
      if (equals <= 0) {
        throw new ParameterException(
            spec.commandLine(), "--env: expected NAME=VALUE, found \"" + variable + "\"");
      }
      variables.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return variables;
  }

  private void write(String file, String json) throws IOException {
    if (file.equals(JSON_TO_STDERR)) {
      err.println(json);
    } else {
      Files.writeString(Path.of(file), json + "\n");
    }
  }
}
