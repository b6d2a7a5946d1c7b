package dev.brood.daemon.cli;

import dev.brood.daemon.foreground.ExitCodes;
import dev.brood.daemon.foreground.Tree;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code brood tree}: a process and all its descendants, with CPU, memory and state. */
final class TreeCommand implements Callable<Integer> {
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private static final int STANDARD_WIDTH = 120;

  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final PrintStream out;
  private final PrintStream err;

  TreeCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    spec.name("tree");
    spec.addOption(
        Options.duration(
            "--interval", "Measure CPU over this long (500ms); 0 shows the average since start."));
    spec.addOption(Options.flag("--wide", "Do not cut long command lines."));
    spec.addOption(Options.help());
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("PID")
            .description("The root of the tree. Default: 1, which is all processes.")
            .type(Long.class)
            .converters(Options.converter(TreeCommand::pid))
            .arity("0..1")
            .build());
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "the tree was printed");
    codes.put("3", "there is no such process");
    codes.put("2", "the command line is wrong");
    Options.manPage(
            spec,
            "Prints a process and all its descendants with CPU, memory and state.",
            "brood tree [OPTIONS] [PID]")
        .description(
            "CPU is the share of one core, so that threads can reach more than 100 %%. MEMORY is"
                + " what is in RAM; pages that processes share count for each of them. STATE is"
                + " that of the kernel: running, sleeping, stopped, zombie...")
        .exitCodeList(codes)
        .footerHeading("%nEXAMPLES%n")
        .footer("  brood tree 4711", "  brood tree --interval 2s");
  }

  CommandSpec spec() {
    return spec;
  }

  @Override
  public Integer call() throws InterruptedException {
    long pid = spec.commandLine().getParseResult().matchedPositionalValue(0, 1L);
    Duration interval = Options.<Duration>value(spec, "--interval").orElse(INTERVAL);
    Optional<List<String>> lines = Tree.lines(pid, interval, width());
    if (lines.isEmpty()) {
      err.println("brood: no such process: " + pid);
      return ExitCodes.NO_SUCH_THING;
    }
    lines.get().forEach(out::println);
    return ExitCodes.SUCCESS;
  }

  /** COLUMNS if it is exported, else what fits most windows. */
  private int width() {
    if (Options.<Boolean>value(spec, "--wide").orElse(false)) {
      return 0;
    }
    String columns = System.getenv().getOrDefault("COLUMNS", "");
    return columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : STANDARD_WIDTH;
  }

  private static Long pid(String text) {
    if (!text.matches("[1-9]\\d{0,9}")) {
      throw new IllegalArgumentException("expected a process id, found \"" + text + "\"");
    }
    return Long.valueOf(text);
  }
}
