package dev.brood.bench.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The table of musts: what was asked, what came out, and whether that is reached. */
final class Verdicts {

  /** Takes a line of the page. */
  interface Out {
    void line(String format, Object... values);
  }

  private final Out out;
  private int reached;
  private int judged;

  Verdicts(Out out) {
    this.out = out;
  }

  void write(List<Scores> all) {
    List<String> rows = new ArrayList<>();
    for (Measure measure : all.stream().map(Scores::measure).distinct().toList()) {
      List<Scores> own = all.stream().filter(it -> it.measure().equals(measure)).toList();
      measure.musts().forEach(must -> rows.add(row(measure, must, own)));
    }
    out.line("## The musts");
    out.line("");
    out.line(
        "A cell is the ratio, or the figure itself where the must is one; bold: not reached. A");
    out.line("must is reached if each of its cells is. Reached: %d of %d.", reached, judged);
    out.line("");
    out.line("| measure | must | free | free (virtual) | one core | one core (virtual) | |");
    out.line("|---|---|---:|---:|---:|---:|---|");
    rows.forEach(row -> out.line("%s", row));
    out.line("");
  }

  private String row(Measure measure, Must must, List<Scores> all) {
    List<String> cells = new ArrayList<>();
    int good = 0;
    int measured = 0;
    for (Mode mode : Mode.values()) {
      for (String subject : List.of(must.subject(), must.subject() + Entry.VIRTUAL)) {
        OptionalDouble value = value(must, mode, subject, all);
        if (value.isEmpty()) {
          cells.add("");
          continue;
        }
        boolean fine = must.reached(value.getAsDouble());
        String shown = Page.number(value.getAsDouble(), value.getAsDouble() >= 100 ? 0 : 2);
        cells.add(fine ? shown : "**" + shown + "**");
        measured++;
        good += fine ? 1 : 0;
      }
    }
    String verdict = measured == 0 ? "not measured" : good == measured ? "reached" : "NOT reached";
    judged++;
    reached += verdict.equals("reached") ? 1 : 0;
    return "| %s | %s | %s | %s |"
        .formatted(
            measure.title().replace("|", "\\|"), must.text(), String.join(" | ", cells), verdict);
  }

  private static OptionalDouble value(Must must, Mode mode, String subject, List<Scores> all) {
    return all.stream()
        .filter(scores -> scores.mode() == mode && must.judges(mode))
        .map(scores -> must.value(scores, subject))
        .findFirst()
        .orElse(OptionalDouble.empty());
  }
}
