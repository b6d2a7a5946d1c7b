package dev.brood.daemon.cli;

import dev.brood.daemon.config.ConfigException;
import dev.brood.daemon.foreground.ExitCodes;
import dev.brood.daemon.foreground.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code brood} with its subcommands, as picocli sees it. */
final class CommandTree {
  private CommandTree() {}

  static int execute(String[] arguments, PrintStream out, PrintStream err) {
    String first = arguments.length == 0 ? "" : arguments[0];
    CommandLine commands = create(first, out, err);
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    return commands.execute(arguments);
  }

  /**
   * Builds the commands: only the one that is called if it is known by name, for that is faster,
   * else all of them, for the help.
   */
  static CommandLine create(String called, PrintStream out, PrintStream err) {
    Map<String, Supplier<CommandSpec>> known = new LinkedHashMap<>();
    known.put("run", () -> new RunCommand(err).spec());
    known.put("up", () -> new UpCommand(out, err).spec());
    known.put("tree", () -> new TreeCommand(out, err).spec());
    known.put("completion", () -> new CompletionCommand(out, err).spec());
    CommandSpec root = root();
    known.forEach((name, spec) -> {
      if (!known.containsKey(called) || name.equals(called)) {
        root.addSubcommand(name, spec.get());
      }
    });
    CommandLine commands = new CommandLine(root);
    commands.setExpandAtFiles(false);
    commands.setPosixClusteredShortOptionsAllowed(false);
    boolean colours = Terminal.colours(1, System.getenv());
    commands.setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF));
    commands.setExecutionExceptionHandler((e, _, _) -> report(e, err));
    commands.setParameterExceptionHandler((e, _) -> refuse(e, err));
    return commands;
  }

  private static CommandSpec root() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(null);
    spec.name("brood");
    spec.addOption(Options.help());
    spec.addOption(
        CommandLine.Model.OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    spec.versionProvider(() -> new String[] {"brood " + Brood.version()});
    Options.manPage(spec, "Runs, watches and stops programs.", "brood COMMAND [OPTIONS]")
        .description(
            "Starts programs in the foreground, within limits, shows what they do, and stops them"
                + " with all they have started.")
        .exitCodeList(
            Map.of("n", "depends on the command: brood COMMAND --help says which are used"))
        .commandListHeading("%nCOMMANDS%n")
        .footer("", "brood COMMAND --help explains a command, its exit codes and examples.");
    return spec;
  }

  /** A wrong command line: what is wrong, what was meant perhaps, and where it is explained. */
  private static int refuse(ParameterException e, PrintStream err) {
    CommandLine command = e.getCommandLine();
    String text = e.getMessage();
    if (e instanceof UnmatchedArgumentException unmatched && command.getParent() == null) {
      String kind = unmatched.isUnknownOption() ? "unknown option" : "unknown command";
      text = kind + " \"" + unmatched.getUnmatched().getFirst() + "\"";
    } else if (command.getParent() == null && !command.getParseResult().hasSubcommand()) {
      text = "a command is missing";
    } else if (e instanceof MissingParameterException && command.getCommandName().equals("run")) {
      text = "PROGRAM is missing; write -- before it if an option took it for its value";
    }
    err.println("brood: " + text);
    PrintWriter writer = new PrintWriter(err, true);
    UnmatchedArgumentException.printSuggestions(e, writer);
    writer.flush();
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCodes.USAGE;
  }

  /** Errors that a user can mend are one message, without a stack. */
  private static int report(Exception e, PrintStream err) throws Exception {
    switch (e) {
      case ConfigException wrong -> err.println(wrong.getMessage());
      case ParameterException wrong -> {
        return refuse(wrong, err);
      }
      case NoSuchFileException missing -> err.println("brood: no such file: " + missing.getFile());
      case InvalidPathException wrong -> err.println("brood: not a path: " + wrong.getInput());
      case IllegalArgumentException wrong -> err.println("brood: " + wrong.getMessage());
      default -> throw e;
    }
    return ExitCodes.USAGE;
  }
}
