package dev.brood.daemon.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The main class of {@code brood}. */
public final class Brood {
  /** Our stdout and stderr without a PrintStream's habit of swallowing errors. Never closed. */
  static final OutputStream OUT = new FileOutputStream(FileDescriptor.out);

  static final OutputStream ERR = new FileOutputStream(FileDescriptor.err);

  private Brood() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    PrintStream out = lines(OUT);
    PrintStream err = lines(ERR);
    System.exit(run(arguments, out, err));
  }

  /** Answers what needs no parser at once, because the parser is most of a start. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    boolean version =
        arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"));
    if (version) {
      out.println("brood " + version());
      return 0;
    }
    return CommandTree.execute(arguments, out, err);
  }

  /** The version of the jar or module this class comes from. */
  static String version() {
    return Optional.ofNullable(Brood.class.getPackage().getImplementationVersion())
        .or(() ->
            Optional.ofNullable(Brood.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion))
        .orElse("(not packaged)");
  }

  /** UTF-8 whatever the locale, and flushed at each line. */
  private static PrintStream lines(OutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }
}
