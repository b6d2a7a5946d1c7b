package dev.brood.daemon.cli;

import dev.brood.daemon.foreground.ExitCodes;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code brood completion}: the script that teaches a shell to complete our command line. */
final class CompletionCommand implements Callable<Integer> {
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final PrintStream out;
  private final PrintStream err;

  CompletionCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    spec.name("completion");
    spec.addOption(Options.help());
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("SHELL")
            .description("bash or zsh; both take the same script. Default: bash.")
            .type(String.class)
            .arity("0..1")
            .build());
    Options.manPage(
            spec, "Prints a completion script for bash and zsh.", "brood completion [SHELL]")
        .description("The script knows all commands and options of this version.")
        .exitCodeList(Map.of("0", "the script was printed", "2", "the command line is wrong"))
        .footerHeading("%nEXAMPLES%n")
        .footer(
            "  source <(brood completion)",
            "  brood completion > ~/.local/share/bash-completion/completions/brood");
  }

  CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() {
    String shell = spec.commandLine().getParseResult().matchedPositionalValue(0, "bash");
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      err.println("brood: expected bash or zsh, found \"" + shell + "\"");
      return ExitCodes.USAGE;
    }
    out.print(AutoComplete.bash("brood", CommandTree.create("", out, err)));
    return ExitCodes.SUCCESS;
  }
}
