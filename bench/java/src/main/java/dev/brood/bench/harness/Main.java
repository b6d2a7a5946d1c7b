package dev.brood.bench.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The program behind {@code ./bench/run}. */
final class Main {
  private static final int WRONG_USE = 2;

  private Main() {}

  public static void main(String[] args) throws IOException {
    Options options;
    try {
      options = Options.of(args);
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(WRONG_USE);
      return;
    }
    Tools tools = new Tools(Path.of(System.getProperty("bench.home")));
    Plan plan = Plan.make(tools, options.quick());
    if (options.list()) {
      plan.measures().forEach(it -> System.out.println(it.name() + "\t" + it.title()));
      return;
    }
    List<Measure> measures = chosen(plan.measures(), options.only());
    Map<String, String> facts = Machine.facts(tools);
    plan.leftOut().forEach(why -> facts.merge("Left out", why, (one, two) -> one + "; " + two));
    Competition competition = new Competition(tools.built(), System.err);
    List<Scores> all = new ArrayList<>();
    for (Measure measure : measures) {
      for (Mode mode : measure.modes()) {
        all.add(competition.run(measure, mode));
      }
    }
    Page page = new Page(tools.home().resolve("bench/notes"));
    String text = page.render(facts, options.command(), all);
    Path file = options.file(tools.home());
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text);
    System.out.print(text);
    System.err.println("bench: written to " + file);
  }

  private static List<Measure> chosen(List<Measure> measures, List<String> only) {
    List<String> names = measures.stream().map(Measure::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        System.err.println("bench: no measure " + name + "; there are " + String.join(", ", names));
        System.exit(WRONG_USE);
      }
    }
    return measures.stream()
        .filter(measure -> only.isEmpty() || only.contains(measure.name()))
        .toList();
  }
}
