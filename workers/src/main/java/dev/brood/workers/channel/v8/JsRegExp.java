package dev.brood.workers.channel.v8;

/**
 * A regular expression, in JavaScript's own syntax.
 *
 * @param source between the slashes
 * @param flags letters out of {@code dgimsuvy}, each at most once
 */
public record JsRegExp(String source, String flags) {
  private static final String KNOWN = "dgimsuvy";

  /** Checks the flags. */
  public JsRegExp {
    if (!flags.chars().allMatch(flag -> KNOWN.indexOf(flag) >= 0)
        || flags.chars().distinct().count() != flags.length()) {
      throw new IllegalArgumentException("no flags of a regular expression: \"" + flags + '"');
    }
  }

  @Override
  public String toString() {
    return '/' + source + '/' + flags;
  }
}
