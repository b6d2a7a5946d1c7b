package dev.brood.daemon.cli;

import dev.brood.daemon.config.AppKey;
import dev.brood.daemon.config.BroodFile;
import dev.brood.daemon.foreground.Terminal;
import dev.brood.daemon.foreground.Up;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code brood up}: all processes of a file in the foreground. */
final class UpCommand implements Callable<Integer> {
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final PrintStream out;
  private final PrintStream err;

  UpCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    spec.name("up");
    spec.addOption(
        Options.flag("--keep-going", "One that fails for good does not stop the others."));
    spec.addOption(Options.flag("--no-restart", "Restart nothing, whatever the file says."));
    spec.addOption(Options.text("--env", "NAME", "Put each app's env_NAME on top of its env."));
    spec.addOption(Options.flag("--keys", "Print the keys an app can have, and end."));
    spec.addOption(Options.help());
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("FILE")
            .description(
                "brood.yaml, an ecosystem file of PM2 in YAML or JSON, or a Procfile. Without it:"
                    + " the first of "
                    + String.join(", ", BroodFile.STANDARD_NAMES)
                    + " here.")
            .type(Path.class)
            .converters(Options.converter(Path::of))
            .arity("0..1")
            .build());
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "nothing failed for good, whether all ended or we were told to stop");
    codes.put(
        "n, 128+n", "how the first one ended that failed for good: exit code n, or by signal n");
    codes.put("1", "... and that had exit code 0, was not ready in time, or was not well");
    codes.put("126, 127", "... and that could not be started, or its program is not there");
    codes.put("130, 143", "a second Ctrl-C or SIGTERM killed what was left");
    codes.put("141", "nobody reads our output any more");
    codes.put("2", "the command line or the file is wrong");
    Options.manPage(
            spec,
            "Starts every process of a file, shows what they print, and stops all of them.",
            "brood up [OPTIONS] [FILE]")
        .description(
            "Each line has the name of its process in front. Lines of stdout go to stdout, those of"
                + " stderr and our own (marked with *) to stderr. Colours appear on a terminal"
                + " only; NO_COLOR and FORCE_COLOR are honoured.",
            "One that fails is started again, with growing waits (keys restart, max_restarts, ...)."
                + " One that fails for good, because it may not be restarted or was too often,"
                + " stops the others. Processes wait for those they depend on (depends_on) to be"
                + " ready (ready) or well (health). brood up --keys lists all keys.",
            "Ctrl-C, SIGTERM and SIGHUP stop all, each within its kill_timeout, and those that"
                + " others depend on last; a second Ctrl-C kills.")
        .exitCodeList(codes)
        .footerHeading("%nEXAMPLES%n")
        .footer(
            "  brood up examples/hello/brood.yaml",
            "  brood up --keep-going Procfile",
            "  brood up --env production");
  }

  CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (Options.<Boolean>value(spec, "--keys").orElse(false)) {
      out.print(AppKey.markdown());
      return 0;
    }
    BroodFile file = BroodFile.read(file(), System.getenv());
    file.warnings().forEach(err::println);
    Up.Options options =
        new Up.Options(
            Options.<Boolean>value(spec, "--keep-going").orElse(false),
            !Options.<Boolean>value(spec, "--no-restart").orElse(false),
            Options.value(spec, "--env"),
            Terminal.colours(1, System.getenv()),
            Terminal.colours(2, System.getenv()),
            Terminal.barColumns(2, System.getenv()));
    return new Up(file, options, Brood.OUT, Brood.ERR).run();
  }

  private Path file() {
    Path given = spec.commandLine().getParseResult().matchedPositionalValue(0, null);
    return Optional.ofNullable(given)
        .or(() -> BroodFile.find(Path.of("")))
        .orElseThrow(() ->
            new ParameterException(
                spec.commandLine(),
                "no FILE given, and none of "
                    + String.join(", ", BroodFile.STANDARD_NAMES)
                    + " is here"));
  }
}
