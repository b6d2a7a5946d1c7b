package dev.brood.bench.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The page with the results, in Markdown. */
final class Page {
  private static final String NONE = "-";
  private static final String INTRODUCTION =
      """
      # Performance

      Written by `%s`, which repeats it; remarks come from `bench/notes/`. All contestants
      of a measure run in one go and take turns, a round each. Figures are medians over the rounds;
      spread is half the distance between the quartiles. "One core" is `taskset -c 0` for the
      contestant and its children: there figures repeat best. "(virtual)" calls from virtual
      threads, the others from platform threads. A ratio is the contestant's figure by Brood's.
      """;

  private final StringBuilder text = new StringBuilder();
  private final Path notes;

  /**
   * @param notes the folder of remarks: {@code NAME.md} stands under the measure of that name
   */
  Page(Path notes) {
    this.notes = notes;
  }

  String render(Map<String, String> facts, String command, List<Scores> all) throws IOException {
    line(INTRODUCTION, command);
    line("| | |");
    line("|---|---|");
    facts.forEach((name, fact) -> line("| %s | %s |", name, fact.replace("|", "\\|")));
    line("");
    new Verdicts(this::line).write(all);
    for (Measure measure : all.stream().map(Scores::measure).distinct().toList()) {
      line("## %s", measure.title());
      line("");
      line("`./bench/run --only %s`. %s", measure.name(), measure.text());
      line("");
      all.stream().filter(scores -> scores.measure().equals(measure)).forEach(this::table);
      note(measure);
    }
    return text.toString().stripTrailing() + "\n";
  }

  private void table(Scores scores) {
    List<Column> columns = scores.measure().columns();
    String first = columns.getFirst().key();
    List<String> headings = columns.stream().map(Column::heading).toList();
    line("| %s | %s | ratio | spread |", scores.mode().label(), String.join(" | ", headings));
    line("|---|%s", "---:|".repeat(columns.size() + 2));
    OptionalDouble own = scores.figure(scores.measure().entries().getFirst().name(), first);
    for (Entry entry : scores.measure().entries()) {
      List<String> cells = new ArrayList<>();
      for (Column column : columns) {
        cells.add(number(scores.figure(entry.name(), column.key()), column.decimals()));
      }
      OptionalDouble figure = scores.figure(entry.name(), first);
      boolean both = own.isPresent() && figure.isPresent();
      cells.add(both ? number(figure.getAsDouble() / own.getAsDouble(), 2) : NONE);
      OptionalDouble spread = scores.spread(entry.name(), first);
      cells.add(spread.isPresent() ? number(spread.getAsDouble() * 100, 1) + " %" : NONE);
      String name = entry.isBrood() ? "**" + entry.name() + "**" : entry.name();
      line("| %s | %s |", name, String.join(" | ", cells));
    }
    line("");
    scores.failures().forEach((name, why) -> line("%s did not finish: %s.\n", name, why));
  }

  private void note(Measure measure) throws IOException {
    Path file = notes.resolve(measure.name() + ".md");
    if (Files.exists(file)) {
      line("%s", Files.readString(file).strip());
      line("");
    }
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String number(OptionalDouble value, int decimals) {
    return value.isPresent() ? number(value.getAsDouble(), decimals) : NONE;
  }

  static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
