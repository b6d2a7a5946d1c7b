package dev.brood.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a page of the guide says that a program prints: a block of text behind a line {@code <!--
 * output: Program -->}. In it "…" stands for what differs from run to run, within a line.
 *
 * @param page where it is said
 * @param text the block
 */
record ShownOutput(Path page, String text) {
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^<!-- output: (\\w+) -->\\n+```text\\n(.*?)^```$", Pattern.DOTALL);

  /** All of the guide, by the simple name of the program. */
  static Map<String, ShownOutput> ofGuide(Path guide) throws IOException {
    Map<String, ShownOutput> shown = new TreeMap<>();
    try (Stream<Path> pages = Files.walk(guide)) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).toList()) {
        Matcher block = BLOCK.matcher(read(page));
        while (block.find()) {
          shown.put(block.group(1), new ShownOutput(page, block.group(2)));
        }
      }
    }
    return shown;
  }

  boolean matches(String printed) {
    String pattern =
        Arrays.stream(text.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return printed.matches(pattern);
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
