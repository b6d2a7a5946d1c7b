package dev.brood.daemon.cli;

import dev.brood.daemon.config.Amounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.TypeConversionException;

/** The options that several commands share, and reading their values. */
final class Options {
  /** Columns of the help. */
  static final int WIDTH = 100;

  private Options() {}

  static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Print this help.")
        .build();
  }

  static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).description(description).type(boolean.class).arity("0").build();
  }

  static OptionSpec text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .description(description)
        .type(String.class)
        .arity("1")
        .build();
  }

  static OptionSpec path(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .description(description)
        .type(Path.class)
        .arity("1")
        .converters(converter(Path::of))
        .build();
  }

  static OptionSpec duration(String name, String description) {
    return OptionSpec.builder(name)
        .paramLabel("D")
        .description(description)
        .type(Duration.class)
        .arity("1")
        .converters(converter(Amounts::duration))
        .build();
  }

  static OptionSpec size(String name, String description) {
    return OptionSpec.builder(name)
        .paramLabel("SIZE")
        .description(description)
        .type(Long.class)
        .arity("1")
        .converters(converter(Amounts::size))
        .build();
  }

  /** Lays the help of a command out like a manual page. */
  static UsageMessageSpec manPage(CommandSpec spec, String summary, String synopsis) {
    String name = spec.name().equals("brood") ? "brood" : "brood " + spec.name();
    return spec.usageMessage()
        .headerHeading("NAME%n  " + name + " - ")
        .header(summary)
        .synopsisHeading("%nSYNOPSIS%n  ")
        .customSynopsis(synopsis)
        .descriptionHeading("%nDESCRIPTION%n")
        .parameterListHeading("%nARGUMENTS%n")
        .optionListHeading("%nOPTIONS%n")
        .exitCodeListHeading("%nEXIT CODES%n")
        .width(WIDTH);
  }

  /** The value of an option, if it was given. */
  static <T> Optional<T> value(CommandSpec spec, String name) {
    return Optional.ofNullable(spec.commandLine().getParseResult().matchedOptionValue(name, null));
  }

  static <T> ITypeConverter<T> converter(Function<String, T> reader) {
    return text -> {
      try {
        return reader.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }
}
