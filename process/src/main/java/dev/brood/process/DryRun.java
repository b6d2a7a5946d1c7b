package dev.brood.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A command as one line for a POSIX shell. */
final class DryRun {
  private static final Predicate<String> SHELL_NAME =
      Pattern.compile("[A-Za-z_][A-Za-z_0-9]*").asMatchPredicate();

  private DryRun() {}

  static String line(Spec spec) {
    List<String> parts = new ArrayList<>();
    parts.addAll(environment(spec.environment));
    if (!spec.pidVariables.isEmpty()) {
      parts.add("sh -c '" + String.join("=$$ ", spec.pidVariables) + "=$$ exec \"$@\"' sh");
    }
    for (Spec.Word word : spec.words) {
      boolean program = word == spec.words.getFirst();
      String text = program ? Quoting.program(word.text()) : Quoting.word(word.text());
      parts.add(word.secret() ? "'***'" : text);
    }
    if (spec.stdin instanceof Stdio.FileStdio file) {
      parts.add("<" + Quoting.word(file.path().toString()));
    }
    redirect(parts, spec);
    String line = String.join(" ", parts);
    return spec.directory == null
        ? line
        : "cd " + Quoting.word(spec.directory.toString()) + " && " + line;
  }

  private static List<String> environment(Environment environment) {
    List<String> words = new ArrayList<>();
    Set<String> only = environment.only();
    Map<String, @Nullable String> changes = environment.changes();
    if (only != null) {
      words.add("env -i");
      only.stream().sorted().forEach(name -> words.add(name + "=\"$" + name + "\""));
    } else if (changes.containsValue(null) || !changes.keySet().stream().allMatch(SHELL_NAME)) {
      words.add("env");
      changes.forEach((name, value) -> {
        if (value == null) {
          words.add("-u " + Quoting.word(name));
        }
      });
    }
    changes.forEach((name, value) -> {
      if (value != null) {
        String shown = environment.isSecret(name) ? "'***'" : Quoting.word(value);
        words.add(Quoting.word(name) + "=" + shown);
      }
    });
    return words;
  }

  private static void redirect(List<String> parts, Spec spec) {
    boolean first = isOther(spec.stdout);
    if (first && isOther(spec.stderr)) {
      parts.add("3>&1 1>&2 2>&3 3>&-");
      return;
    }
    // A shell redirects from left to right, so the one that is the other comes last.
    redirect(parts, first ? "2" : "", first ? spec.stderr : spec.stdout);
    redirect(parts, first ? "" : "2", first ? spec.stdout : spec.stderr);
  }

  private static boolean isOther(List<Stdio.Sink> sinks) {
    return sinks.size() == 1 && sinks.getFirst() instanceof Stdio.ToStream;
  }

  private static void redirect(List<String> parts, String number, List<Stdio.Sink> sinks) {
    if (sinks.size() != 1) {
      return;
    }
    switch (sinks.getFirst()) {
      case Stdio.FileStdio file ->
          parts.add(number + (file.append() ? ">>" : ">") + Quoting.word(file.path().toString()));
      case Stdio.None none -> parts.add(number + ">/dev/null");
      case Stdio.ToStream(int target) -> parts.add(number + ">&" + target);
      default -> {}
    }
  }
}
