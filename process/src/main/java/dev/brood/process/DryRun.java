package dev.brood.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A command as one line for a POSIX shell. */
final class DryRun {
  private DryRun() {}

  static String line(Spec spec) {
    List<String> parts = new ArrayList<>();
    parts.addAll(environment(spec.environment));
    spec.words.forEach(word -> parts.add(word.secret() ? "'***'" : Quoting.word(word.text())));
    if (spec.stdin instanceof Stdio.FileStdio file) {
      parts.add("<" + Quoting.word(file.path().toString()));
    }
    redirect(parts, "", spec.stdout);
    redirect(parts, "2", spec.stderr);
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
    } else if (changes.containsValue(null)) {
      words.add("env");
      changes.forEach((name, value) -> {
        if (value == null) {
          words.add("-u " + Quoting.word(name));
        }
      });
    }
    changes.forEach((name, value) -> {
      if (value != null) {
        words.add(name + "=" + Quoting.word(value));
      }
    });
    return words;
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
