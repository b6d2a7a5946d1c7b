package dev.brood.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A table of docs/state-machines.md: its columns are states, its rows events. In a cell the first
 * state that is named is the next one; where none is, the state stays.
 */
public final class StateTable {
  private final List<String> states;
  private final Map<String, List<String>> rows = new LinkedHashMap<>();

  private StateTable(List<String> lines) {
    this.states = cells(lines.getFirst()).stream().skip(1).toList();
    for (String line : lines.subList(2, lines.size())) {
      List<String> cells = cells(line);
      assertThat(cells).as(line).hasSize(states.size() + 1);
      rows.put(cells.getFirst(), cells.subList(1, cells.size()));
    }
  }

  /** The table of that number, from 0, below a heading such as {@code "## Admission"}. */
  public static StateTable below(String heading, int number) {
    List<String> page = page().lines().toList();
    int line = page.indexOf(heading);
    assertThat(line).as(heading).isNotNegative();
    int tables = -1;
    while (tables < number) {
      line++;
      boolean begins = page.get(line).startsWith("| |") && !page.get(line - 1).startsWith("|");
      tables += begins ? 1 : 0;
    }
    List<String> table =
        page.subList(line, page.size()).stream().takeWhile(it -> it.startsWith("|")).toList();
    return new StateTable(table);
  }

  /** Checks that its columns are the constants of an enum. */
  public void hasStatesOf(Class<? extends Enum<?>> type) {
    assertThat(states)
        .containsExactlyElementsOf(Arrays.stream(type.getEnumConstants()).map(Enum::name).toList());
  }

  /** Checks that each kind of event of a sealed type is named in the rows, or by {@code others}. */
  public void namesEventsOf(Class<?> type, Class<?>... others) {
    List<String> left =
        leaves(type)
            .filter(leaf -> Arrays.stream(others).noneMatch(leaf::equals))
            .map(leaf -> "`" + leaf.getSimpleName() + "`")
            .filter(name -> rows.keySet().stream().noneMatch(event -> event.startsWith(name)))
            .toList();
    assertThat(left).as("events without a row").isEmpty();
  }

  /**
   * Tries every cell.
   *
   * @param machine the state that follows from a state and an event, which is told as it is in its
   *     row
   */
  public void holdsFor(BinaryOperator<String> machine) {
    rows.forEach((event, cells) -> {
      for (int i = 0; i < states.size(); i++) {
        String state = states.get(i);
        assertThat(machine.apply(state, event))
            .as("after \"%s\" in %s", event, state)
            .isEqualTo(next(state, cells.get(i)));
      }
    });
  }

  private String next(String state, String cell) {
    UnaryOperator<String> letters = word -> word.replaceAll("[^A-Z_]", "");
    return Arrays.stream(cell.split(" "))
        .map(letters)
        .filter(states::contains)
        .findFirst()
        .orElse(state);
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    Class<?>[] kinds = type.getPermittedSubclasses();
    return kinds == null ? Stream.of(type) : Arrays.stream(kinds).flatMap(StateTable::leaves);
  }

  private static List<String> cells(String line) {
    String inner = line.strip().substring(1, line.strip().length() - 1);
    return Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList();
  }

  private static String page() {
    Path here = Path.of("docs/state-machines.md");
    Path page = Files.exists(here) ? here : Path.of("..").resolve(here);
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
